import { describe, expect, it } from 'vitest'
import { clipped, nearest, quoted } from '../../src/lint/text.js'

describe('quoted', () => {
  it.each([
    ['a "text"', '"a \\"text\\""'],
    ['\u001b[31m\u009b31m\u202e', '"\\u001b[31m\\u009b31m\\u202e"'],
    ['\ud800', '"\\ud800"'],
    ['a'.repeat(60), `"${'a'.repeat(60)}"`],
    ['a'.repeat(61), `"${'a'.repeat(60)}"…`],
    [`${'a'.repeat(59)}🦙`, `"${'a'.repeat(59)}"…`],
    [`${'a'.repeat(58)}🦙`, `"${'a'.repeat(58)}🦙"`],
    [`${'a'.repeat(58)}🦙b`, `"${'a'.repeat(58)}🦙"…`],
    [`${'a'.repeat(59)}\ud83e`, `"${'a'.repeat(59)}\\ud83e"`],
    ['https://user:secret@host/', '"https://***@host/"'],
    ['9'.repeat(10_001), `"${'9'.repeat(60)}"…`],
    [true, 'true'],
    [null, 'null'],
  ])('writes %j as %s', (value, text) => {
    expect(quoted(value)).toBe(text)
  })

  it('cuts an integer that has too many digits', () => {
    expect(quoted(10n ** 70n)).toBe(`1${'0'.repeat(59)}…`)
  })
})

describe('clipped', () => {
  it('cuts what has more than 60 characters', () => {
    expect([clipped('a'.repeat(60)), clipped('a'.repeat(61))]).toEqual(['a'.repeat(60), `${'a'.repeat(60)}…`])
  })
})

describe('nearest', () => {
  const known = ['hidden_size', 'num_layers', 'url', 'rank']

  it.each([
    ['hidden_sizes', 'hidden_size'],
    ['hiddenSize', 'hidden_size'],
    ['NUM-LAYERS', 'num_layers'],
    ['uri', 'url'],
    ['ranks', 'rank'],
  ])('takes %s for %s', (text, name) => {
    expect(nearest(text, known)).toBe(name)
  })

  it.each(['key', 'dropout', 'xyz', '', 'hidden_size'.repeat(10)])('takes %j for nothing', (text) => {
    expect(nearest(text, known)).toBeUndefined()
  })
})
