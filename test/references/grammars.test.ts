import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonSchema } from '../../src/export/index.js'
import {
  isFilesetRef,
  isInferenceModelId,
  isModelNameSegment,
  isModelProviderRef,
  isModelRef,
  isName,
  isProjectUrn,
  isWorkspace,
  parseModelNameSegment,
  parseName,
  parseProjectUrn,
} from '../../src/references/index.js'
import type { SchemaName } from '../../src/schemas/index.js'
import { runs } from '../share.js'

/** What the definitions say of a field, in JSON Schema: every pattern of it, and its length. */
interface Keywords {
  readonly maxLength?: number
  readonly pattern?: string
  readonly allOf?: readonly Keywords[]
}

const isDefinedName = matcherOf(keywordsOf('Adapter', 'name'))
const isDefinedUrn = matcherOf(keywordsOf('CreateModelEntityRequest', 'project'))
const isDefinedModel = matcherOf(keywordsOf('Adapter', 'model'))

/** The seven grammars of references, and the workspace, by what the definitions have for their parts. */
const GRAMMARS: readonly (readonly [string, (text: string) => boolean, (text: string) => boolean])[] = [
  ['name', isName, isDefinedName],
  ['workspace', isWorkspace, isDefinedName],
  ['project URN', isProjectUrn, isDefinedUrn],
  ['model-name segment', isModelNameSegment, (text) => isDefinedModel(text) && !text.includes('/')],
  ['model reference', isModelRef, isDefinedModel],
  ['fileset reference', isFilesetRef, (text) => hasNames(text.trim().replace(/^fileset:\/\//, ''), 1, 2)],
  ['model provider', isModelProviderRef, (text) => hasNames(text, 2, 2)],
  ['model id for inference', isInferenceModelId, isDefinedId],
]

const PIECES = [
  'a',
  'ab',
  'Z',
  '0',
  '_',
  '-',
  '.',
  '/',
  '@',
  '+',
  ' ',
  '\t',
  'é',
  '\ud800',
  '&adapters/',
  'fileset://',
  '\n',
  '日',
]

const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '/'), maxLength: 8 }),
  fc
    .tuple(fc.constantFrom('', 'team/', 'a'), fc.integer({ min: 60, max: 258 }))
    .map(([start, length]) => start + 'x'.repeat(length)),
)

describe.each(GRAMMARS)('the grammar of a %s', (_, accepts, isDefined) => {
  it('takes just what the definitions take, of ASCII alone', () => {
    const seen = { true: 0, false: 0 }
    fc.assert(
      fc.property(texts, (text) => {
        expect([text, accepts(text)]).toEqual([text, isDefined(text)])
        seen[`${accepts(text)}`] += 1
      }),
      runs(2000),
    )
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(20)
  })
})

describe.each([
  ['name', isDefinedName, parseName],
  ['project URN', isDefinedUrn, parseProjectUrn],
  ['model-name segment', (text: string) => isDefinedModel(`a${text}a`) && text !== '/', parseModelNameSegment],
] as const)('what a %s refuses', (_, isDefined, parse) => {
  it('is told with each character that it takes', () => {
    const result = parse('a!')
    const expected = result.ok ? '' : result.error.expected
    const marks = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter(
      (one) => isDefined(one) && !/[A-Za-z0-9]/.test(one),
    )
    expect([...expected.matchAll(/"(.)"/g)].map(([, mark]) => mark).sort()).toEqual(marks.sort())
  })
})

/** A definition takes letters of every script; a reference takes those of ASCII. */
function matcherOf(keywords: Keywords): (text: string) => boolean {
  const { maxLength = Number.POSITIVE_INFINITY, pattern = '', allOf = [] } = keywords
  const others = allOf.map(matcherOf)
  const isMatch = (text: string) => new RegExp(pattern).test(text) && !text.endsWith('\n')
  return (text) => [...text].length <= maxLength && isMatch(text) && others.every((matches) => matches(text))
}

function keywordsOf(model: SchemaName, field: string): Keywords {
  return JSON.parse(JSON.stringify(jsonSchema(model, { dialect: '2020-12' }))).properties[field]
}

function hasNames(text: string, least: number, most: number): boolean {
  const names = text.split('/')
  return names.length >= least && names.length <= most && names.every(isDefinedName)
}

function isDefinedId(text: string): boolean {
  const [, workspace = '', name = ''] = /^([^/]*)\/(.+)$/s.exec(text) ?? []
  const [, base = '', adapter] = /^(.*?)&adapters\/(.*)$/s.exec(name) ?? []
  return isDefinedName(workspace) && name !== '' && (adapter === undefined || (base !== '' && hasTwo(adapter)))
}

function hasTwo(adapter: string): boolean {
  const slash = adapter.indexOf('/')
  return slash >= 0 && isDefinedName(adapter.slice(0, slash)) && isDefinedName(adapter.slice(slash + 1))
}
