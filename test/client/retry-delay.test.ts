import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, NoAnswer } from '../../src/client/attempt.js'
import { retryDelay } from '../../src/client/retry-delay.js'

const random = fc.double({ min: 0, max: 1, noNaN: true })

describe('the wait before a retry', () => {
  it('is never shorter than the server asks, and at most a second longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), random, (seconds, chance) => {
        const wait = retryDelay(answer(503, String(seconds)), 1, 100_000, 0, chance) ?? -1
        expect(wait).toBeGreaterThanOrEqual(seconds * 1000)
        expect(wait).toBeLessThanOrEqual(seconds * 1000 + 1000)
      }),
    )
  })

  it('differs between clients', () => {
    const waits = [0, 0.5, 1].map((chance) => retryDelay(answer(429, '10'), 1, 100_000, 0, chance))
    expect(new Set(waits).size).toBe(3)
    expect(new Set([0, 0.5, 1].map((chance) => retryDelay(REFUSED, 1, 0, 0, chance))).size).toBe(3)
  })

  it('is none where the server asks for more than the caller allows', () => {
    expect(retryDelay(answer(503, '31'), 1, 30_000, 0, 0)).toBeUndefined()
    expect(retryDelay(answer(503, '9'.repeat(400)), 1, 2 ** 31, 0, 0)).toBeUndefined()
  })

  it('doubles after a refused connection, up to five seconds', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7].map((attempts) => retryDelay(REFUSED, attempts, 0, 0, 1))
    expect(longest).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000])
    expect(retryDelay(REFUSED, 1, 0, 0, 0)).toBe(125)
  })

  it('is none where the request may have been carried out', () => {
    const broken: NoAnswer = { kind: 'failure', isSent: true, failure: { kind: 'other', isBeforeSending: false } }
    const late: NoAnswer = { kind: 'timeout', isSent: true }
    for (const outcome of [broken, late, answer(500, '0'), answer(201, '0'), answer(503, null)]) {
      expect(retryDelay(outcome, 1, 30_000, 0, 0)).toBeUndefined()
    }
  })
})

const REFUSED: NoAnswer = { kind: 'failure', isSent: false, failure: { kind: 'refused', isBeforeSending: true } }

function answer(httpStatus: number, retryAfter: string | null): Answer {
  return {
    kind: 'answer',
    httpStatus,
    isRedirect: false,
    contentType: null,
    retryAfter,
    date: null,
    bytes: new Uint8Array(),
    isWhole: true,
    sentHeaders: {},
  }
}
