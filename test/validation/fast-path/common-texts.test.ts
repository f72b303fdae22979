import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  COMMON_DATE,
  COMMON_DATE_TIME,
  COMMON_TIME,
  hasShortSegments,
  isUtcDateTime,
  MODEL_REFERENCE,
  NORMAL_URL,
  UUID,
} from '../../../src/validation/fast-path/text-checks.js'
import { isUnconstrained } from '../../../src/validation/kinds/string.js'
import { runs, SHARE } from '../../share.js'

// What a check leaves out takes the slow path, and has the same answer: so only here it shows when a check takes too little.

/** A text, and the same with one character put in, taken out or replaced. */
function nearly(texts: fc.Arbitrary<string>, characters: string): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(40),
    removed: fc.constantFrom(0, 1),
    put: fc.constantFrom('', ...characters, '\n', ' ', 'é'),
  })
  return fc.tuple(texts, fc.option(change)).map(([text, made]) => {
    if (made === null) return text
    const at = made.at % (text.length + 1)
    return text.slice(0, at) + made.put + text.slice(at + made.removed)
  })
}

function number(least: number, most: number, digits = 2): fc.Arbitrary<string> {
  return fc.integer({ min: least, max: most }).map((value) => String(value).padStart(digits, '0'))
}

const year = fc.oneof(number(0, 9999, 4), number(990, 3010, 4))
const day = fc.tuple(year, number(0, 13), number(0, 32)).map((parts) => parts.join('-'))
const clock = fc.tuple(number(0, 25), number(0, 61), number(0, 61)).map((parts) => parts.join(':'))
const moment = fc.tuple(day, clock).map(([date, time]) => `${date}T${time}Z`)

/** Whether JavaScript's `Date` reads a text as a moment, and writes it the same. */
function isMoment(text: string): boolean {
  const read = new Date(text)
  return !Number.isNaN(read.getTime()) && read.toISOString() === text.replace(/Z$/, '.000Z')
}

/** Whether a date is one that the quick checks are for: four digits, the first 1 or 2, and a day that every month has. */
function isCommonDay(text: string): boolean {
  return ['1', '2'].includes(text.charAt(0)) && Number(text.slice(8, 10)) <= 28
}

describe('the check of common texts takes them all, and nothing else', () => {
  const agrees = (
    texts: fc.Arbitrary<string>,
    takes: (text: string) => boolean,
    expected: (text: string) => boolean,
  ) => {
    let taken = 0
    fc.assert(
      fc.property(texts, (text) => {
        if (takes(text)) taken += 1
        expect(takes(text), text).toBe(expected(text))
      }),
      runs(2000),
    )
    expect(taken).toBeGreaterThan(100 * SHARE)
  }

  it('date-times', () => {
    agrees(
      nearly(moment, '0123456789-:TZ.'),
      (text) => COMMON_DATE_TIME.test(text),
      (text) => text.length === 20 && isMoment(text) && isCommonDay(text),
    )
  })

  it('dates', () => {
    agrees(
      nearly(day, '0123456789-T'),
      (text) => COMMON_DATE.test(text),
      (text) => text.length === 10 && isMoment(`${text}T00:00:00Z`) && isCommonDay(text),
    )
  })

  it('times of day', () => {
    const times = fc.tuple(clock, fc.constantFrom('', 'Z')).map((parts) => parts.join(''))
    agrees(
      nearly(times, '0123456789:Z.'),
      (text) => COMMON_TIME.test(text),
      (text) => /^.{8}Z?$/.test(text) && isMoment(`2000-01-01T${text.slice(0, 8)}Z`),
    )
  })

  it('date-times in UTC, on any day, with microseconds', () => {
    const fraction = fc.oneof(
      fc.constantFrom('', '.000000', '.5'),
      number(0, 999_999, 6).map((digits) => `.${digits}`),
    )
    const texts = fc.tuple(moment, fraction).map(([text, part]) => text.replace('Z', `${part}Z`))
    agrees(nearly(texts, '0123456789-:TZ.'), isUtcDateTime, (text) => {
      const [seconds, end] = [text.slice(0, 19), text.slice(19)]
      const isEnd = end === 'Z' || (end.length === 8 && Number(end.slice(0, 7)) > 0 && /^\.\d+Z$/.test(end))
      return isEnd && isMoment(`${seconds}Z`) && seconds.length === 19 && !seconds.startsWith('0000')
    })
    for (const [year, isLeap] of [
      ['2000', true],
      ['1900', false],
      ['2024', true],
      ['2023', false],
      ['0400', true],
    ] as const) {
      expect(isUtcDateTime(`${year}-02-29T00:00:00Z`), year).toBe(isLeap)
      expect(isUtcDateTime(`${year}-02-28T00:00:00Z`), year).toBe(true)
    }
  })

  it('UUIDs', () => {
    agrees(
      nearly(fc.uuid(), '0123456789abcdef-gA'),
      (text) => UUID.test(text),
      (text) => {
        const groups = text.split('-')
        const isHex = groups.every((group) => [...group].every((digit) => '0123456789abcdef'.includes(digit)))
        return isHex && groups.map(({ length }) => length).join() === '8,4,4,4,12'
      },
    )
  })

  it('references to models, whose segments have a limit of their own', () => {
    const piece = fc.constantFrom('a', 'z', '0', '-', '--', '@', '.', '+', '_', 'b9', 'A', 'é', ' ', '\n')
    const segment = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))
    const texts = fc.tuple(fc.constantFrom('a', 'ab', 'm1', ''), segment).map((parts) => parts.join(''))
    // The segment of the contract, which the platform's store has as its pattern.
    const isSegment = (text: string) => /^[a-z](?!.*--)[a-z0-9\-@.+_]{1,62}(?<!-)$/s.test(text) && !text.includes('\n')
    agrees(
      fc.oneof(
        texts,
        fc.tuple(texts, texts).map((both) => both.join('/')),
        fc.constant('ab/cd/ef'),
      ),
      (text) => MODEL_REFERENCE.test(text) && hasShortSegments(text),
      (text) => text.split('/').length <= 2 && text.split('/').every(isSegment),
    )
    expect([`a${'b'.repeat(62)}`, `a${'b'.repeat(63)}`, `ab/a${'b'.repeat(63)}`].map(hasShortSegments)).toStrictEqual([
      true,
      false,
      false,
    ])
  })
})

describe('the check of URLs', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b1',
      '0',
      '9',
      '-',
      '.',
      '/',
      ':',
      '?',
      '@',
      '%',
      '~',
      '_',
      '!',
      '$',
      '&',
      '(',
      ')',
      '*',
      '+',
      ',',
      ';',
      '=',
    ],
    ...['#', "'", '"', 'A', 'é', ' ', '\n', '\\', '|', '^', '`', '<', '[', 'xn--', '..', '//', '80', '443', '8080'],
  )
  const rest = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  const urls = fc
    .tuple(
      fc.constantFrom('http', 'https', 'ftp', 'HTTP', ''),
      fc.constantFrom('h', 'a.b', 'host-1.example', ''),
      rest,
      rest,
    )
    .map(([scheme, host, port, path]) => `${scheme}://${host}${port}/${path}`)

  it('takes only what the URL standard gives back letter for letter', () => {
    let taken = 0
    fc.assert(
      fc.property(urls, (text) => {
        if (!NORMAL_URL.test(text)) return
        taken += 1
        expect(URL.canParse(text) && new URL(text).href, text).toBe(text)
      }),
      runs(6000),
    )
    expect(taken).toBeGreaterThan(100 * SHARE)
  })

  it.each([
    'http://a/',
    'https://host.example/',
    'https://a-b.c1.d/',
    'http://0a.b1/',
    'http://h:8080/',
    'http://h:1/',
    'http://h:9999/v1',
    'http://h:81/',
    'http://h:800/',
    'http://h:4430/',
    'https://h/a~b_c!d$e&f(g)h*i+j,k;l=m:n@o-p.q',
    'https://h/a/b/c/',
    'https://h/a..b/c.',
    'https://h/?',
    'https://h/a?b=c~d_e!f$g&h(i)j*k+l,m;n=o:p@q.r/s?t-u',
    'https://h/0/9/Z',
  ])('takes %s', (text) => {
    expect(new URL(text).href).toBe(text)
    expect(NORMAL_URL.test(text)).toBe(true)
  })
})

it.each([
  [{}, true],
  [{ minLength: 0 }, false],
  [{ maxLength: 9 }, false],
  [{ pattern: 'a' }, false],
  [{ reference: true }, false],
] as const)('a string with %j has no constraint: %s', (constraints, expected) => {
  expect(isUnconstrained({ kind: 'string', ...constraints })).toBe(expected)
})
