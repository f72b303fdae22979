import * as fc from 'fast-check'
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
  isModelRef,
  isSameFileset,
  isSameModel,
  parseFilesetRef,
  parseInferenceModelId,
  parseModelNameSegment,
  parseModelProviderRef,
  parseModelRef,
  parseName,
  parseProjectUrn,
  parseWorkspace,
  type ReferenceParser,
  resolveModelRef,
} from '../../src/references/index.js'
import modelRefs from '../fixtures/model-refs.json' with { type: 'json' }

const NAME_CHARACTERS = 'ABYZabyz0189_.-'
const SEGMENT_CHARACTERS = 'abyz0189@.+_'

const name = fc.string({ unit: fc.constantFrom(...NAME_CHARACTERS), minLength: 1, maxLength: 255 })
const segment = fc
  .tuple(
    fc.constantFrom('a', 'm', 'z'),
    fc.string({ unit: fc.constantFrom(...SEGMENT_CHARACTERS, '-a'), minLength: 1, maxLength: 31 }),
  )
  .map(([first, rest]) => first + rest)
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })

const PARSERS: Record<string, ReferenceParser<unknown>> = {
  parseName,
  parseProjectUrn,
  parseModelNameSegment,
  parseModelRef,
  parseFilesetRef,
  parseModelProviderRef,
  parseInferenceModelId,
  parseWorkspace,
}

describe('what is formatted is parsed back', () => {
  const roundTrip = <Value>(
    values: fc.Arbitrary<Value>,
    format: (value: Value) => string,
    parse: ReferenceParser<unknown>,
  ) =>
    fc.assert(
      fc.property(values, (value) => {
        expect(parse(format(value))).toStrictEqual({ ok: true, value })
      }),
    )

  it('a name', () => roundTrip(name, formatName, parseName))
  it('a project URN', () =>
    roundTrip(
      fc.tuple(name, name).map(([a, b]) => `${a}/${b}`.slice(0, 255)),
      formatProjectUrn,
      parseProjectUrn,
    ))
  it('a model-name segment', () => roundTrip(segment, formatModelNameSegment, parseModelNameSegment))
  it('a model reference', () =>
    roundTrip(
      fc.record({ workspace: orNull(segment), name: segment }, { noNullPrototype: true }),
      formatModelRef,
      parseModelRef,
    ))
  it('a fileset reference', () =>
    roundTrip(
      fc.record({ workspace: orNull(name), name }, { noNullPrototype: true }),
      formatFilesetRef,
      parseFilesetRef,
    ))
  it('a model provider', () =>
    roundTrip(
      fc.record({ workspace: name, name }, { noNullPrototype: true }),
      formatModelProviderRef,
      parseModelProviderRef,
    ))
  it('a workspace', () =>
    roundTrip(
      name.map((text) => ({
        name: text,
        meaning: { default: 'default', system: 'system', '-': 'all' }[text] ?? 'named',
      })),
      formatWorkspace,
      parseWorkspace,
    ))
  it('a model id with a plain name', () =>
    roundTrip(
      fc.record({ workspace: name, name, lora: fc.constant(null) }, { noNullPrototype: true }),
      formatInferenceModelId,
      parseInferenceModelId,
    ))
  it('a model id with a LoRA composite', () =>
    roundTrip(
      fc.tuple(name, name, name, name).map(([workspace, base, adapterWorkspace, adapterName]) => ({
        workspace,
        name: `${base}&adapters/${adapterWorkspace}/${adapterName}`,
        lora: { base, adapterWorkspace, adapterName },
      })),
      ({ workspace, lora }) => formatInferenceModelId({ workspace, lora }),
      parseInferenceModelId,
    ))
})

describe.each(Object.entries(PARSERS))('%s', (_, parse) => {
  it('tells of any text it refuses what was found, where, and what was expected', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'aB/-.& \u{1f600}') }))
    fc.assert(
      fc.property(texts, (text) => {
        const result = parse(text)
        if (result.ok) return
        const { offset, found, expected, message } = result.error
        expect(offset).toBeGreaterThanOrEqual(0)
        expect(offset).toBeLessThanOrEqual(text.length)
        expect(message).toContain(`expected ${expected} at offset ${offset}, found ${found}`)
      }),
    )
  })

  it('refuses the empty text at offset 0', () => {
    expect(parse('')).toMatchObject({ ok: false, error: { offset: 0, found: 'the end' } })
  })

  it('answers for megabytes of one character', () => {
    for (const character of ['a', '-', '/', ' ', '\u{1f600}']) expect(parse(character.repeat(2_000_000)).ok).toBe(false)
  })
})

describe('parseModelRef', () => {
  it.each(modelRefs.service)('answers for %j as the service does for adapter.model: %s', (text, ok) => {
    expect(isModelRef(String(text))).toBe(ok)
  })

  it("agrees with the service's rule on generated texts", () => {
    for (const [text, ok] of modelRefs.rule) expect([text, isModelRef(String(text))]).toEqual([text, ok])
  })

  it.each([
    ['Llama', 0, '"L"', 'a lowercase letter (a-z) first'],
    ['research/Llama', 9, '"L"', 'a lowercase letter (a-z) first'],
    ['a', 1, 'the end', 'at least 2 characters (a-z, 0-9, "-", "@", ".", "+" or "_")'],
    ['a/bc', 1, '"/"', 'at least 2 characters (a-z, 0-9, "-", "@", ".", "+" or "_")'],
    ['ab/', 3, 'the end', 'at least 2 characters (a-z, 0-9, "-", "@", ".", "+" or "_")'],
    ['ab/cd/ef', 5, '"/"', 'a-z, 0-9, "-", "@", ".", "+" or "_"'],
    ['ab--c', 2, '"--"', 'no two hyphens in a row'],
    ['ab/cd-', 5, '"-"', 'no hyphen at the end'],
    ['ab\u{1f600}', 2, '"\u{1f600}"', 'a-z, 0-9, "-", "@", ".", "+" or "_"'],
    [`ab/${'c'.repeat(64)}`, 66, '64 characters from offset 3 on', 'at most 63 characters'],
  ])('refuses %j at offset %i', (text, offset, found, expected) => {
    expect(parseModelRef(text)).toMatchObject({ ok: false, error: { offset, found, expected } })
  })
})

describe('parseName', () => {
  it('counts characters, not UTF-16 code units', () => {
    expect(parseName('\u{1f600}'.repeat(255))).toMatchObject({ ok: false, error: { offset: 0, found: '"\u{1f600}"' } })
    expect(parseName('\u{1f600}'.repeat(256))).toMatchObject({
      ok: false,
      error: { offset: 510, found: '256 characters from offset 0 on', expected: 'at most 255 characters' },
    })
  })

  it.each([['a'.repeat(255)], ['-'], ['Llama-3.1_8B']])('accepts %j', (text) => expect(parseName(text).ok).toBe(true))
  it.each([['a'.repeat(256)], ['a b'], ['a/b'], ['a\n'], ['é'], ['a\ud800']])('refuses %j', (text) => {
    expect(parseName(text).ok).toBe(false)
  })
})

describe('parseProjectUrn', () => {
  it.each([['nlp/llama'], ['/'], ['a'.repeat(255)]])('accepts %j', (text) =>
    expect(parseProjectUrn(text).ok).toBe(true),
  )
  it.each([['nlp:llama'], ['a b'], ['a'.repeat(256)]])('refuses %j', (text) =>
    expect(parseProjectUrn(text).ok).toBe(false),
  )
})

describe('parseFilesetRef', () => {
  it.each([
    ['files', null, 'files'],
    ['team/files', 'team', 'files'],
    ['  team/files\n', 'team', 'files'],
    ['fileset://files', null, 'files'],
    ['\tfileset://team/files\u00a0', 'team', 'files'],
  ])('reads %j', (text, workspace, name) => {
    expect(parseFilesetRef(text)).toStrictEqual({ ok: true, value: { workspace, name } })
  })

  it.each([
    [' ', 0, '" "'],
    ['fileset://', 10, 'the end'],
    ['/files', 0, '"/"'],
    ['team/', 5, 'the end'],
    ['team/files/x', 10, '"/"'],
    ['team//files', 5, '"/"'],
    ['team /files', 4, '" "'],
    ['fileset:// team/files', 10, '" "'],
    ['FILESET://team/files', 7, '":"'],
    ['s3://bucket', 2, '":"'],
    [`${'a'.repeat(256)}/x`, 255, '256 characters from offset 0 on'],
  ])('refuses %j', (text, offset, found) => {
    expect(parseFilesetRef(text)).toMatchObject({ ok: false, error: { offset, found } })
  })
})

describe('parseModelProviderRef', () => {
  it.each([
    ['provider', 8, 'the end'],
    ['/provider', 0, '"/"'],
    ['team/', 5, 'the end'],
    ['a/b/c', 3, '"/"'],
    [' team/provider', 0, '" "'],
  ])('refuses %j', (text, offset, found) => {
    expect(parseModelProviderRef(text)).toMatchObject({ ok: false, error: { offset, found } })
  })
})

describe('parseInferenceModelId', () => {
  it('splits at the first slash', () => {
    expect(parseInferenceModelId('default/meta/llama-3')).toStrictEqual({
      ok: true,
      value: { workspace: 'default', name: 'meta/llama-3', lora: null },
    })
  })

  it.each([
    ['llama', 5, 'the end'],
    ['default/', 8, 'the end'],
    ['default/&adapters/team/medical', 8, '"&adapters/"'],
    ['default/llama&adapters/', 23, 'the end'],
    ['default/llama&adapters/team', 27, 'the end'],
    ['default/llama&adapters/team/', 28, 'the end'],
    ['default/llama&adapters/team/a/b', 29, '"/"'],
  ])('refuses %j', (text, offset, found) => {
    expect(parseInferenceModelId(text)).toMatchObject({ ok: false, error: { offset, found } })
  })
})

describe('a bare reference', () => {
  const bare = { workspace: null, name: 'llama' }

  it('is of the workspace where it is read', () => {
    expect(resolveModelRef(bare, 'team')).toEqual({ workspace: 'team', name: 'llama' })
    expect(resolveModelRef({ workspace: 'other', name: 'llama' }, 'team')).toEqual({
      workspace: 'other',
      name: 'llama',
    })
    for (const isSame of [isSameModel, isSameFileset]) {
      expect(isSame(bare, { workspace: 'team', name: 'llama' }, 'team')).toBe(true)
      expect(isSame(bare, { workspace: 'other', name: 'llama' }, 'team')).toBe(false)
      expect(isSame(bare, { workspace: null, name: 'mistral' }, 'team')).toBe(false)
    }
  })
})

describe('a formatter', () => {
  it('throws rather than write what cannot be read', () => {
    expect(() => formatModelRef({ workspace: null, name: 'Llama' })).toThrow(RangeError)
    expect(() => formatFilesetRef({ workspace: '', name: 'files' })).toThrow('expected a letter')
    expect(() => formatInferenceModelId({ workspace: 'a/b', name: 'c' })).toThrow('other parts')
    expect(() => formatModelRef({ workspace: null, name: 'ab/cd' })).toThrow('other parts')
    expect(() => formatModelProviderRef({ workspace: 'a', name: 'b/c' })).toThrow(RangeError)
  })
})
