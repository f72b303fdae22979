import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Document } from 'yaml'
import { duplicateKeys } from '../../src/manifest/duplicate-keys.js'
import type { ReadDocument } from '../../src/manifest/file-error.js'
import { plainValue, type SourceNode } from '../../src/manifest/source-node.js'
import { quickYamlValues } from '../../src/manifest/yaml-quick/quick-documents.js'
import { readAllYaml, readYamlDocuments } from '../../src/manifest/yaml-source.js'

/** Compares the quick readers with the full one. Returns whether all values were read quickly. */
function same(text: string): boolean {
  const all = readAllYaml(text)
  const documents = [...readYamlDocuments(text)]
  expect(documents.map(withPlaces), text).toStrictEqual(all)
  for (const document of documents) {
    if (document.kind !== 'value' || document.quick === undefined) continue
    expect(document.quick.value, text).toStrictEqual(plainValue(document.root))
    expect(duplicateKeys(document.root), text).toStrictEqual([])
    for (const { value, spelling = '' } of numbersIn(document.root)) {
      if (Number.isInteger(value)) expect(spelling, text).toBe(String(value))
    }
  }
  return [...quickYamlValues(text)].every((quick) => quick !== undefined)
}

function withPlaces(document: ReadDocument): ReadDocument {
  return document.kind === 'value' && document.quick !== undefined ? { kind: 'value', root: document.root } : document
}

function numbersIn(node: SourceNode): Extract<SourceNode, { kind: 'scalar' }>[] {
  if (node.kind === 'scalar') return typeof node.value === 'number' ? [node] : []
  return (node.kind === 'mapping' ? node.entries.map(({ value }) => value) : node.items).flatMap(numbersIn)
}

const word = fc.constantFrom(
  'name',
  'a-b',
  'x',
  'ab',
  '8',
  '-1',
  '0',
  '07',
  '1.5',
  '.5',
  '1e3',
  '1.',
  '0x1f',
  '0o17',
  'true',
  'True',
  'no',
  'null',
  '~',
  'Null',
  '.nan',
  '2024-01-15',
  '1:30',
  '7b',
  'a: b',
  'a:',
  'a #b',
  'a#b',
  '#c',
  '"q"',
  '"a\\n"',
  "'s'",
  "'it''s'",
  '"',
  '[]',
  '{}',
  '[a]',
  '{a: b}',
  '|',
  '>-',
  '*a',
  '&a b',
  '!!str x',
  '- x',
  '-',
  '?',
  '? a',
  '%x',
  '@x',
  '`',
  'é',
  '𝔸',
  'a\tb',
  '',
  ' ',
  '---',
  '...',
  '123456789012345678901',
  '1_000',
  '+1',
  '-',
  '--',
  '<<',
  ':',
  ',',
  'a,b',
  'http://x/y',
)
const line = fc
  .tuple(
    fc.constantFrom('', '', '  ', '    ', ' ', '- ', '  - ', '-   ', '- - '),
    fc.oneof(
      word.map((text) => `${text}:`),
      word,
      fc.tuple(word, word).map(([key, value]) => `${key}: ${value}`),
      fc.tuple(word, word).map(([key, value]) => `${key}:  ${value}  # c`),
    ),
  )
  .map(([indent, text]) => indent + text)
const structured = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b_c', 'd-e', 'f.g'), tie('value'), { maxKeys: 4 }),
}))

describe('the quick reader of YAML', () => {
  it('answers like the full reader for any lines', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\n', '\r\n'),
        (lines, end) => void same(lines.join(end)),
      ),
      { numRuns: 4000 },
    )
  })

  it('answers like the full reader for any data in blocks, in several documents', () => {
    fc.assert(
      fc.property(
        fc.array(structured.object, { minLength: 1, maxLength: 3 }),
        (values) => void same(values.map((value) => new Document(value).toString()).join('---\n')),
      ),
      { numRuns: 1000 },
    )
  })

  it('reads most manifests without their places', () => {
    const value = fc.oneof(
      fc.integer(),
      fc.integer().map((number) => number / 4),
      fc.boolean(),
      fc.stringMatching(/^[a-z][a-z/.-]{0,12}$/),
    )
    const flat = fc.dictionary(fc.constantFrom('name', 'spec', 'b_c', 'd-e'), fc.oneof(value, fc.array(value)), {
      minKeys: 1,
    })
    let taken = 0
    fc.assert(
      fc.property(flat, (data) => {
        if (same(new Document(data).toString())) taken += 1
      }),
      { numRuns: 500 },
    )
    expect(taken).toBeGreaterThan(150)
  })

  it.each([
    'a: 8.0\n',
    'a: -0\n',
    'a: 1e3\n',
    'a: b\na: c\n',
    '__proto__: a\n',
    'a: yes\n',
    'a: 2024-01-15\n',
    '- - a\n',
  ])('leaves the places of %j to be read', (text) => expect(same(text)).toBe(false))

  it('answers like the full reader for the examples', () => {
    const folder = join(import.meta.dirname, '../../examples')
    for (const name of readdirSync(folder)) if (name.endsWith('.yaml')) same(readFileSync(join(folder, name), 'utf8'))
  })

  it.each([
    '# c\n---\nname: a\n',
    '---\nname: a\n---\n',
    '--- # c\nname: a\n--- \nname: b',
    '--- name: a\n',
    '---\n---\nname: a\n',
    '# only\n',
    'name: a\n# c\n---\n# d\nname: b\n',
    'a:\n- b\n- c: d\n  e: f\n-   g: h\n    i: j\nk: l\n',
    'a:\n  # c\n  b: c\n# d\n\n  d: e\n',
    'a: b\n c\n',
    'a:\n    b: c\n  d: e\n',
    '----\na: b\n',
    '---a: b\n',
    'a: "---\n---\n"\n',
    '  a: b\n  c: d\n',
    'a: b\n---\n%x\n',
  ])('answers like the full reader for %j', (text) => void same(text))
})
