/** What every reference parser must do, whatever its grammar, and the values to try it with. */

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ReferenceParser } from '../../src/references/index.js'

/** Mutation testing counts every step of the code, which takes a minute for megabytes. */
const MANY = process.env['MUTATE_ROOM'] === undefined ? 2_000_000 : 10_000

/** Any name. */
export const anyName = fc.string({ unit: fc.constantFrom(...'ABYZabyz0189_.-'), minLength: 1, maxLength: 255 })

/** Any segment of a model reference. */
export const anySegment = fc
  .tuple(
    fc.constantFrom('a', 'm', 'z'),
    fc.string({ unit: fc.constantFrom(...'abyz0189@.+_', '-a'), minLength: 1, maxLength: 31 }),
  )
  .map(([first, rest]) => first + rest)

/** A reference of a workspace and a name, with or without the workspace. */
export function anyRef(part: fc.Arbitrary<string>): fc.Arbitrary<{ workspace: string | null; name: string }> {
  return fc.record({ workspace: fc.option(part, { nil: null }), name: part }, { noNullPrototype: true })
}

/** Declares the tests that hold for every parser. */
export function itTellsWhatIsWrong(parse: ReferenceParser<unknown>): void {
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
    for (const character of ['a', '-', '/', ' ', '\u{1f600}']) expect(parse(character.repeat(MANY)).ok).toBe(false)
  })
}

/** Declares that what is formatted is parsed back as the same value. */
export function itRoundTrips<Value>(
  values: fc.Arbitrary<Value>,
  format: (value: Value) => string,
  parse: ReferenceParser<unknown>,
): void {
  it('parses back what is formatted', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(parse(format(value))).toStrictEqual({ ok: true, value })
      }),
    )
  })
}
