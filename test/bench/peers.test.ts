import { describe, expect, test } from 'vitest'
import { ERRORS_BODY, EXAMPLE_BODY, LAYERS_BODY } from '../../bench/bodies.js'
import { peers } from '../../bench/peers/index.js'
import { is, validate } from '../../src/validation/index.js'

const [example, layers, errors] = [EXAMPLE_BODY, LAYERS_BODY, ERRORS_BODY].map(({ text }): unknown => JSON.parse(text))

test('the bodies of the benchmark are valid, valid, and ten errors', () => {
  expect(is('ModelEntity', example) && is('ModelEntity', layers)).toBe(true)
  const result = validate('ModelEntity', errors)
  expect(result.ok === false && result.detail.length).toBe(10)
})

describe.each(peers())('$name, as the benchmark sets it up,', (peer) => {
  test('takes what we take and finds errors where we do', () => {
    expect([example, layers, errors].map((value) => peer.is(value))).toEqual([true, true, false])
    expect(peer.errors(example)).toEqual([])
    expect(peer.errors(errors).length).toBeGreaterThan(7)
  })
})

test.each(peers().filter(({ validate }) => validate !== undefined))(
  '$name answers the value that we answer',
  (peer) => {
    expect(peer.validate?.(example)).toEqual(example)
  },
)
