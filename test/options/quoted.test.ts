import { expect, it } from 'vitest'
import { quoted } from '../../src/options/index.js'

it.each([
  ['a "text"', '"a \\"text\\""'],
  ['größer', '"größer"'],
  ['\u001b[31m\u009b31m\u202e\ufeff', '"\\u001b[31m\\u009b31m\\u202e\\ufeff"'],
  ['\ud800', '"\\ud800"'],
  ['a'.repeat(61), `"${'a'.repeat(60)}"…`],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
])('writes %j as %s', (value, text) => {
  expect(quoted(value)).toBe(text)
})
