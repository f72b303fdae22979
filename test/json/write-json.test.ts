import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonValue, readJson, writeJson } from '../../src/json/index.js'

it('writes what JSON.stringify writes, where that is exact', () => {
  const value = fc.jsonValue().filter((each) => !JSON.stringify(each).match(/\d{16}|e\+/))
  fc.assert(
    fc.property(value, (each) => {
      expect(writeJson(each)).toBe(JSON.stringify(each))
    }),
  )
})

it('writes integers of any size, so that reading them gives the same value', () => {
  const value = fc.dictionary(
    fc.string(),
    fc.oneof(fc.bigInt().filter(isLarge), fc.integer(), fc.array(fc.double(), { maxLength: 3 })),
  )
  fc.assert(
    fc.property(value, (each) => {
      const read = readJson(writeJson(each))
      if (!read.ok) throw new Error(read.error.message)
      expect(writeJson(jsonValue(read.root))).toBe(writeJson(each))
    }),
  )
})

it.each([
  [2n ** 64n, '18446744073709551616'],
  [2 ** 53, '9007199254740992.0'],
  [-(2 ** 63), '-9.223372036854776e+18'],
  [1e16, '1e+16'],
  [Number.NaN, 'null'],
  [[undefined, -0], '[null,0]'],
  [{ a: undefined, b: () => 1, c: new Date(0) }, '{"c":"1970-01-01T00:00:00.000Z"}'],
  ['\ud800', '"\\ud800"'],
])('writes %# as Python does', (value, text) => {
  expect(writeJson(value)).toBe(text)
})

it('refuses what JSON has no text for', () => {
  expect(() => writeJson(undefined)).toThrow(new TypeError('JSON cannot represent a value of type undefined'))
})

function isLarge(integer: bigint): boolean {
  return !Number.isSafeInteger(Number(integer))
}
