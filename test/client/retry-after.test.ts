import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../src/client/retry-after.js'

const NOW = Date.UTC(2026, 10, 25, 12, 0, 0)

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['007', 7000],
    // The three formats of RFC 9110, section 5.6.7.
    ['Wed, 25 Nov 2026 12:01:00 GMT', 60_000],
    ['Wednesday, 25-Nov-26 12:01:00 GMT', 60_000],
    ['Wed Nov 25 12:01:00 2026', 60_000],
    ['Tue Dec  1 12:00:00 2026', 6 * 86_400_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-70 08:49:37 GMT', Date.UTC(2070, 10, 6, 8, 49, 37) - NOW],
    ['Wed, 25 Nov 2026 11:59:60 GMT', 0],
  ])('%j is %i ms', (header, expected) => {
    expect(retryAfterMs(header, null, NOW)).toBe(expected)
  })

  it.each([
    null,
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '5 s',
    '5,5',
    '１２',
    'soon',
    '2026-11-25T12:01:00Z',
    'Wed, 25 Nov 2026 12:01:00',
    'Wed, 25 Nov 2026 12:01:00 CET',
    'Wed, 25 Nov 2026 24:00:00 GMT',
    'Wed, 31 Feb 2026 12:00:00 GMT',
    'Wed, 00 Nov 2026 12:00:00 GMT',
    'Wed, 25 Foo 2026 12:00:00 GMT',
    'Wed, 5 Nov 2026 12:00:00 GMT',
  ])('%j is none', (header) => {
    expect(retryAfterMs(header, null, NOW)).toBeUndefined()
  })

  it('a date is measured from the Date header, if that can be read', () => {
    expect(retryAfterMs('Wed, 25 Nov 2026 12:01:00 GMT', 'Wed, 25 Nov 2026 12:00:50 GMT', 0)).toBe(10_000)
    expect(retryAfterMs('Wed, 25 Nov 2026 12:01:00 GMT', 'yesterday', NOW)).toBe(60_000)
    expect(retryAfterMs('7', 'Wed, 25 Nov 2026 12:00:50 GMT', 0)).toBe(7000)
  })

  it('every date that a server writes is read to the second', () => {
    const seconds = fc.integer({ min: 0, max: 4_102_444_799 })
    fc.assert(
      fc.property(seconds, seconds, (at, until) => {
        const wait = retryAfterMs(new Date(until * 1000).toUTCString(), new Date(at * 1000).toUTCString(), NOW)
        expect(wait).toBe(Math.max(0, until - at) * 1000)
      }),
    )
  })

  it('no header throws, or gives a negative wait', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        const wait = retryAfterMs(header, header, NOW)
        expect(wait === undefined || wait >= 0).toBe(true)
      }),
    )
  })
})
