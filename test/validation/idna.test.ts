import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDomain } from '../../src/validation/url/host.js'
import { bidiClass } from '../../src/validation/url/idna/bidi.js'
import { isTransparent, isVirama, joinsNext, joinsPrevious } from '../../src/validation/url/idna/joiners.js'
import { decodePunycode, encodePunycode } from '../../src/validation/url/idna/punycode.js'

function lines<Line>(name: string): Line[] {
  const text = gunzipSync(readFileSync(new URL(`../fixtures/fastapi/${name}.jsonl.gz`, import.meta.url))).toString(
    'utf8',
  )
  return text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))
}

/** What pydantic makes of a run of code points, each of them alone: a line of `test/oracle/hosts.py points`. */
interface Run {
  readonly from: number
  readonly to: number
  readonly is: 'valid' | 'mark' | 'ignored' | 'no' | 'mapped'
  readonly as?: string
  readonly bidi?: string
  readonly joins?: string
}

function ascii(host: string): string | null {
  const read = parseDomain(host)
  return read.ok ? read.host : null
}

describe('a domain', () => {
  it.each(['hosts', 'idna-test-v2'])('has the ASCII form that pydantic gives it, or none: %s', (name) => {
    const recorded = lines<{ host: string; ascii: string | null }>(name)
    expect(recorded.length).toBeGreaterThan(5000)
    expect(recorded.filter((record) => ascii(record.host) !== record.ascii)).toStrictEqual([])
  })

  it.each([
    ['8\u0338', 'xn--8-2eb'],
    ['8<\u0338', 'xn--8-ngo'],
    ['xn--xn---epa', 'xn--xn---epa'],
    ['FAẞ.de', 'xn--fa-hia.de'],
    ['faß.de', 'xn--fa-hia.de'],
    ['\u061f.com', 'xn--egb.com'],
    ['\u02c7', 'xn--xqa'],
    ['\u05d0.\u{102f5}', null],
    ['\u05d0.a\u{102f5}', 'xn--4db.xn--a-591i'],
    ['\u05d0.\u02c7', null],
    ['a.\u05d0.1', null],
    ['xn--a', null],
    ['xn--', null],
    ['\u0301a', null],
    ['\u00ad', null],
    ['\u0915\u094d\u200d\u0915', 'xn--11ba1o090g'],
  ])('is mapped before it is checked: %s', (host, expected) => {
    expect(ascii(host)).toBe(expected)
  })

  it('is answered in time that grows with its length', () => {
    for (const text of ['é', 'xn--', 'ب\u200c', 'ب\u064e', 'é.', '\u00ad', 'ﷺ']) {
      expect(ascii(text.repeat(100_000))).toBeDefined()
    }
  })
})

describe('a code point', () => {
  const RUNS = lines<Run>('idna-points')

  it('is in a host what it is to pydantic', { timeout: 20_000 }, () => {
    const wrong: string[] = []
    for (const run of RUNS) {
      // Of a long run its ends and some between are enough.
      const step = Math.max(1, Math.floor((run.to - run.from) / 300))
      for (let codePoint = run.from; codePoint <= run.to; codePoint += step) {
        const character = String.fromCodePoint(codePoint)
        if (!AROUND.some(([before, behind]) => isAsRecorded(run, before, character, behind)))
          wrong.push(codePoint.toString(16))
      }
    }
    expect(wrong).toStrictEqual([])
  })

  it('has the direction and the joining of Unicode', () => {
    const wrong: string[] = []
    for (const run of RUNS) {
      if (run.bidi === undefined) continue
      for (let codePoint = run.from; codePoint <= run.to; codePoint += 1) {
        const character = String.fromCodePoint(codePoint)
        const { joins = '' } = run
        const same = [
          bidiClass(character) === run.bidi,
          joinsNext(character) === ['dual', 'left'].includes(joins),
          joinsPrevious(character) === ['dual', 'right'].includes(joins),
          isVirama(character) === (joins === 'virama'),
          isVirama(character) || isTransparent(character) === (joins === 'transparent'),
        ]
        if (same.includes(false)) wrong.push(`${codePoint.toString(16)} ${same.indexOf(false)}`)
      }
    }
    expect(wrong).toStrictEqual([])
  })
})

/** As `test/oracle/hosts.py` asks. */
const AROUND = [
  ['a', 'b'],
  ['\u05d0', '\u05d0'],
  ['\u05d0', ''],
  ['\u05d01', ''],
  ['a', ''],
] as const

function isAsRecorded(run: Run, before: string, character: string, behind: string): boolean {
  const host = ascii(before + character + behind)
  if (run.is === 'no') return AROUND.every(([start, end]) => ascii(start + character + end) === null)
  if (host === null) return false
  const text = host.startsWith('xn--') ? decodePunycode(host.slice(4)) : host
  const expected = { valid: character, mark: character, ignored: '', mapped: run.as ?? '' }[run.is]
  return text === (before + expected + behind).normalize('NFC')
}

it.each(['a-999999b', '999999b', 'z9999b', 'a-\u00e9'])('%j is no Punycode, as Python says', (text) => {
  expect(decodePunycode(text)).toBeUndefined()
})

it('Punycode is read back as it was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(/[^\0-\x7f]/.test(text) && text.isWellFormed())
      expect(decodePunycode(encodePunycode(text))).toBe(text)
    }),
  )
})
