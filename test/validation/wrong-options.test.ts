import { describe, expect, it } from 'vitest'
import { requestValidationBody, validate, validateJson } from '../../src/validation/index.js'

const WRONG: readonly (readonly [options: object, error: typeof TypeError | typeof RangeError, words: string])[] = [
  [{ mode: 'Strict' }, TypeError, '`mode`'],
  [{ loc: 'body' }, TypeError, '`loc`'],
  [{ loc: [-1] }, RangeError, '`loc'],
  [{ loc: [null] }, TypeError, '`loc'],
  [{ maxErrors: -1 }, RangeError, '`maxErrors`'],
  [{ maxErrors: Number.NaN }, RangeError, '`maxErrors`'],
  [{ maxDepth: -1 }, RangeError, '`maxDepth`'],
  [{ maxDepth: '9' }, TypeError, '`maxDepth`'],
  [{ integers: 'BigInt' }, TypeError, '`integers`'],
  [{ hideInput: 1 }, TypeError, '`hideInput`'],
  [{ max_errors: 1 }, TypeError, 'unknown option `max_errors`; did you mean `maxErrors`?'],
]

describe.each(Object.entries({ validate, validateJson, requestValidationBody }))('%s', (_, validates) => {
  it.each(WRONG)('refuses the options %j', (options, error, words) => {
    const call = () => Reflect.apply(validates, undefined, ['Lora', '{"rank": 8}', options])
    expect(call).toThrow(error)
    expect(call).toThrow(words)
  })

  it.each([
    { mode: 'lax' },
    { mode: 'strict' },
    { loc: [] },
    { loc: ['a', 0] },
    { maxErrors: 0 },
    { maxDepth: 0 },
    { maxErrors: Number.POSITIVE_INFINITY, maxDepth: Number.POSITIVE_INFINITY },
    { integers: 'refuse' },
    { integers: 'bigint' },
    { integers: 'number' },
    { hideInput: false },
    {},
  ])('takes the options %j', (options) => {
    expect(Reflect.apply(validates, undefined, ['Lora', '{"rank": 8}', options])).toHaveProperty('ok')
  })
})

it('only a body has a content type', () => {
  expect(() => validate('Lora', {}, Object({ contentType: 'application/json' }))).toThrow(
    'unknown option `contentType`',
  )
  expect(() => validateJson('Lora', '{}', Object({ contentType: 5 }))).toThrow('`contentType`')
  for (const contentType of [null, '', 'text/plain', 'application/json']) {
    expect(validateJson('Lora', '{}', { contentType }).ok).toBe(false)
  }
})
