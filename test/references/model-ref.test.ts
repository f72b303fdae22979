import { describe, expect, it } from 'vitest'
import {
  formatModelNameSegment,
  formatModelRef,
  isModelRef,
  isSameModel,
  parseModelNameSegment,
  parseModelRef,
  resolveModelRef,
} from '../../src/references/index.js'
import modelRefs from '../fixtures/model-refs.json' with { type: 'json' }
import { anyRef, anySegment, itRoundTrips, itTellsWhatIsWrong } from './parser-laws.js'

describe('parseModelRef', () => {
  itTellsWhatIsWrong(parseModelRef)
  itRoundTrips(anyRef(anySegment), formatModelRef, parseModelRef)

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

describe('parseModelNameSegment', () => {
  itTellsWhatIsWrong(parseModelNameSegment)
  itRoundTrips(anySegment, formatModelNameSegment, parseModelNameSegment)

  it('takes no slash', () => {
    expect(parseModelNameSegment('ab/cd')).toMatchObject({ ok: false, error: { offset: 2, found: '"/"' } })
  })
})

describe('a bare model reference', () => {
  const bare = { workspace: null, name: 'llama' }

  it('is of the workspace where it is read', () => {
    expect(resolveModelRef(bare, 'team')).toEqual({ workspace: 'team', name: 'llama' })
    expect(resolveModelRef({ workspace: 'other', name: 'llama' }, 'team')).toEqual({
      workspace: 'other',
      name: 'llama',
    })
    expect(isSameModel(bare, { workspace: 'team', name: 'llama' }, 'team')).toBe(true)
    expect(isSameModel(bare, { workspace: 'other', name: 'llama' }, 'team')).toBe(false)
    expect(isSameModel(bare, { workspace: null, name: 'mistral' }, 'team')).toBe(false)
  })
})

describe('formatModelRef', () => {
  it('throws rather than write what cannot be read, or reads as something else', () => {
    expect(() => formatModelRef({ workspace: null, name: 'Llama' })).toThrow(RangeError)
    expect(() => formatModelRef({ workspace: null, name: 'ab/cd' })).toThrow('different parts')
  })
})
