import { describe, expect, it } from 'vitest'
import {
  formatFilesetRef,
  formatInferenceModelId,
  formatModelNameSegment,
  formatModelProviderRef,
  formatModelRef,
  formatName,
  formatProjectUrn,
  formatWorkspace,
  parseFilesetRef,
  parseInferenceModelId,
  parseModelNameSegment,
  parseModelProviderRef,
  parseModelRef,
  parseName,
  parseProjectUrn,
  parseWorkspace,
  type ReferenceParser,
} from '../../src/references/index.js'

const NAME = 'a letter (A-Z, a-z), digit, "_", "." or "-"'
const URN = 'a letter (A-Z, a-z), digit, "_", ".", "/" or "-"'

const REFUSED: readonly (readonly [ReferenceParser<unknown>, string, string])[] = [
  [parseName, 'a b', `not a name: expected ${NAME} at offset 1, found " "`],
  [parseName, 'a\n', `not a name: expected ${NAME} at offset 1, found "\\n"`],
  [parseWorkspace, '', `not a name: expected ${NAME} at offset 0, found the end`],
  [parseProjectUrn, 'a:b', `not a project URN: expected ${URN} at offset 1, found ":"`],
  [
    parseModelNameSegment,
    'A',
    'not a model-name segment: expected a lowercase letter (a-z) first at offset 0, found "A"',
  ],
  [parseModelRef, 'ab-', 'not a model reference: expected no hyphen at the end at offset 2, found "-"'],
  [parseFilesetRef, 'a//b', `not a fileset reference: expected one slash at most at offset 2, found "/"`],
  [parseFilesetRef, 'a/b/c', 'not a fileset reference: expected one slash at most at offset 3, found "/"'],
  [parseModelProviderRef, 'a', 'not a model provider: expected "/" and a name at offset 1, found the end'],
  [parseModelProviderRef, 'a/b/', 'not a model provider: expected one slash only at offset 3, found "/"'],
  [parseModelProviderRef, 'a/b c', `not a model provider: expected ${NAME} at offset 3, found " "`],
  [parseModelProviderRef, ' /b', `not a model provider: expected ${NAME} at offset 0, found " "`],
  [
    parseInferenceModelId,
    'a',
    'not a model id for inference: expected "/" and a model name at offset 1, found the end',
  ],
  [parseInferenceModelId, 'a/', 'not a model id for inference: expected a model name at offset 2, found the end'],
  [parseInferenceModelId, '?/a', `not a model id for inference: expected ${NAME} at offset 0, found "?"`],
  [
    parseInferenceModelId,
    'a/&adapters/b/c',
    'not a model id for inference: expected a base model at offset 2, found "&adapters/"',
  ],
  [
    parseInferenceModelId,
    'a/b&adapters/c',
    'not a model id for inference: expected "/" and an adapter name at offset 14, found the end',
  ],
  [parseInferenceModelId, 'a/b&adapters/ /c', `not a model id for inference: expected ${NAME} at offset 13, found " "`],
]

it.each(REFUSED)('%o says of %j what was expected, where, and what was found', (parse, text, message) => {
  expect(parse(text)).toMatchObject({ ok: false, error: { message } })
})

describe('formatting parts that form no reference', () => {
  it.each<[string, () => string, string]>([
    ['a name', () => formatName('a b'), '"a b" does not parse: not a name'],
    ['a workspace', () => formatWorkspace({ name: 'a b' }), '"a b" does not parse: not a name'],
    ['a project URN', () => formatProjectUrn('a b'), '"a b" does not parse: not a project URN'],
    ['a segment', () => formatModelNameSegment('Ab'), '"Ab" does not parse: not a model-name segment'],
    ['a model', () => formatModelRef({ workspace: 'A', name: 'ab' }), '"A/ab" does not parse: not a model reference'],
    [
      'a fileset of which only the workspace changes',
      () => formatFilesetRef({ workspace: ' team', name: 'files' }),
      '" team/files" would parse as different parts: {"workspace":"team","name":"files"}',
    ],
    [
      'a fileset of which only the name changes',
      () => formatFilesetRef({ workspace: 'team', name: 'files ' }),
      '"team/files " would parse as different parts: {"workspace":"team","name":"files"}',
    ],
    [
      'a provider',
      () => formatModelProviderRef({ workspace: '', name: 'a' }),
      '"/a" does not parse: not a model provider',
    ],
  ])('throws for %s and shows what it would be', (_, format, start) => {
    expect(format).toThrow(RangeError)
    expect(format).toThrow(start)
  })

  it('shows 300 characters of a long one', () => {
    expect(() => formatName('é'.repeat(301))).toThrow(`"${'é'.repeat(300)}" does not parse`)
  })
})

describe('formatting a part that is missing', () => {
  const lora = { base: 'b', adapterWorkspace: 'c', adapterName: 'd' }

  it.each<[string, () => string]>([
    ['the workspace of a model', () => formatModelRef({ name: 'ab' } as never)],
    ['the name of a model', () => formatModelRef({ workspace: 'ab' } as never)],
    ['the workspace of a fileset', () => formatFilesetRef({ name: 'ab' } as never)],
    ['the name of a fileset', () => formatFilesetRef({ workspace: 'ab' } as never)],
    ['the workspace of a provider', () => formatModelProviderRef({ name: 'ab' } as never)],
    ['the name of a provider', () => formatModelProviderRef({ workspace: 'ab' } as never)],
    ['the workspace of a model id', () => formatInferenceModelId({ name: 'ab' } as never)],
    ['the name of a model id', () => formatInferenceModelId({ workspace: 'ab' } as never)],
    ['a base', () => formatInferenceModelId({ workspace: 'a', lora: { ...lora, base: undefined } } as never)],
    [
      'the workspace of an adapter',
      () => formatInferenceModelId({ workspace: 'a', lora: { ...lora, adapterWorkspace: undefined } } as never),
    ],
    [
      'the name of an adapter',
      () => formatInferenceModelId({ workspace: 'a', lora: { ...lora, adapterName: undefined } } as never),
    ],
  ])('throws for %s, and never writes "undefined"', (_, format) => {
    expect(format).toThrow(RangeError)
    expect(format).toThrow('would parse as different parts')
  })
})

describe('the length of a name', () => {
  it.each([
    ['a', 300],
    ['\uffff', 256],
    ['\uffff', 300],
    ['\u{10000}', 300],
  ])('of %j is counted in code points: %i', (character, count) => {
    expect(parseName(character.repeat(count))).toMatchObject({
      error: {
        offset: 255 * character.length,
        found: `${count} characters from offset 0 on`,
        expected: 'at most 255 characters',
      },
    })
  })
})

/** Every character of which Python says `isspace()`: `str.strip` removes these. */
const PYTHON_BLANKS = [
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
  0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]

it('removes from both ends of a fileset reference just the blanks that Python removes', () => {
  const blanks: number[] = []
  const byteOrderMark = 0xfeff
  for (const code of [...Array(0x3100).keys(), byteOrderMark]) {
    const blank = String.fromCharCode(code)
    const read = parseFilesetRef(`${blank}${blank}files${blank}`)
    if (read.ok && read.value.name === 'files') blanks.push(code)
  }
  expect(blanks).toEqual(PYTHON_BLANKS)
})
