import { describe, expect, it } from 'vitest'
import { placeholders } from '../../src/lint/placeholders.js'

describe('placeholders', () => {
  it.each([
    ['{{a}}', ['a']],
    ['{{ a }}{{\n\tb\n}}{{a}}', ['a', 'b']],
    ['{{{a}}}', ['a']],
    ['{{ {{a}} }}', ['a']],
    ['{{}} {{ }}', ['']],
    ['{{a} }', []],
    ['}} {{', []],
    ['{a}', []],
    ['{{a}} and {{b', ['a']],
    ['', []],
  ])('finds in %j the names %j', (template, names) => {
    expect([...placeholders(template)]).toEqual(names)
  })

  it('is done with megabytes of braces', () => {
    expect(placeholders('{'.repeat(2_000_000)).size).toBe(0)
    expect(placeholders('}'.repeat(2_000_000)).size).toBe(0)
    expect(placeholders('{{'.repeat(500_000) + '}}'.repeat(500_000)).size).toBe(1)
    expect(placeholders('{{a}}'.repeat(300_000)).size).toBe(1)
  })
})
