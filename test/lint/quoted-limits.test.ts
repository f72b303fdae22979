import { describe, expect, it } from 'vitest'
import { clipped, nearest, quoted } from '../../src/lint/text.js'

describe('quoted', () => {
  const a = (count: number) => 'a'.repeat(count)

  it.each([
    ['sixty characters', a(60), `"${a(60)}"`],
    ['sixty-one characters', a(61), `"${a(60)}"…`],
    ['an emoji that ends at the sixtieth', `${a(58)}😀`, `"${a(58)}😀"`],
    ['an emoji that ends at the sixtieth, and more', `${a(58)}😀b`, `"${a(58)}😀"…`],
    ['an emoji that ends at the sixty-first', `${a(59)}😀`, `"${a(59)}"…`],
    ['half an emoji at the end', `${a(59)}\ud83d`, `"${a(59)}\\ud83d"`],
  ])('cuts %s between characters', (_, value, text) => {
    expect(quoted(value)).toBe(text)
  })

  it('says that a text is longer than what it shows, however long', () => {
    for (const length of [9_999, 10_000, 10_001, 100_000]) expect(quoted(a(length))).toBe(`"${a(60)}"…`)
  })
})

describe('clipped', () => {
  it('cuts what is longer than sixty characters', () => {
    expect(clipped('a'.repeat(60))).toBe('a'.repeat(60))
    expect(clipped('a'.repeat(61))).toBe(`${'a'.repeat(60)}…`)
  })
})

describe('nearest', () => {
  it('takes a name with a third of its letters wrong, and none with more', () => {
    expect(nearest('abcdxy', ['abcdef'])).toBe('abcdef')
    expect(nearest('abcxyz', ['abcdef'])).toBeUndefined()
    expect(nearest('abcdxyz', ['abcdef'])).toBeUndefined()
    expect(nearest('abx', ['abc'])).toBe('abc')
    expect(nearest('axy', ['abc'])).toBeUndefined()
    expect(nearest('x', ['a'])).toBe('a')
  })

  it('takes the nearest, and of two that are as near the first', () => {
    expect(nearest('rank_b', ['rank_ab', 'rank_b', 'rank_c'])).toBe('rank_b')
    expect(nearest('rank_x', ['rank_a', 'rank_b'])).toBe('rank_a')
    expect(nearest('rank_xy', ['rank_ab', 'rank_xz'])).toBe('rank_xz')
  })

  it('takes two letters that changed places for one mistake', () => {
    expect(nearest('ulr', ['url'])).toBe('url')
    expect(nearest('lru', ['url'])).toBeUndefined()
  })

  it('looks at texts of sixty-four characters, and at none that is longer', () => {
    const name = 'a'.repeat(64)
    expect(nearest('a'.repeat(64), [name])).toBe(name)
    expect(nearest('a'.repeat(65), [name])).toBeUndefined()
  })
})
