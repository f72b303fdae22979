import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullMatch, prefixMatch } from '../../../src/estimate/lora/python-regex/full-match.js'
import { runs } from '../../share.js'

/** What Python 3.11 says of a pattern: a line of `test/oracle/checkpoint/python_regex.py`. */
interface Recorded {
  readonly pattern: string
  readonly error?: string
  readonly matches?: readonly (readonly [text: string, verdict: boolean])[]
}

const url = new URL('../../fixtures/checkpoint/python-regex.jsonl.gz', import.meta.url)
const RECORDED = gunzipSync(readFileSync(url))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line): Recorded => JSON.parse(line))

/** What is refused although Python takes it. */
const REFUSED = /cannot be translated|no counterpart|cannot be ignored/

function translated(pattern: string): RegExp | string {
  try {
    return fullMatch(pattern, 'targetModules')
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

describe("Python's regular expressions", () => {
  it('are read as Python reads them, or refused', () => {
    const wrong: unknown[] = []
    let taken = 0
    for (const { pattern, error, matches = [] } of RECORDED) {
      const read = translated(pattern)
      if (typeof read === 'string') {
        if (error === undefined && !REFUSED.test(read)) wrong.push({ pattern, read })
        continue
      }
      taken += 1
      if (error !== undefined) wrong.push({ pattern, error })
      for (const [text, verdict] of matches) if (read.test(text) !== verdict) wrong.push({ pattern, text, verdict })
    }
    expect(wrong).toEqual([])
    expect(taken).toBeGreaterThan(1500)
  })

  it.each([
    ['(a)?(?(1)b|c)', /conditional groups have no counterpart in JavaScript at character 4/],
    ['(a)?b\\1', /may not have matched at character 5/],
    ['(?i)é', /case cannot be ignored/],
    ['a(?i)b', /global flags not at the start of the expression at character 1/],
    ['a**', /multiple repeat at character 2/],
    ['[z-a]', /bad character range at character 1/],
    ['(', /unterminated subpattern at character 0/],
    ['\\N{DIGIT ONE}', /by name/],
    ['(?<=a*)b', /look-behind requires fixed-width pattern/],
    ['('.repeat(200), /more than 100/],
  ])('%s is refused, with its place', (pattern, message) => {
    expect(() => fullMatch(pattern, 'targetModules')).toThrow(RangeError)
    expect(() => fullMatch(pattern, 'targetModules')).toThrow(message)
  })

  it('keep the names of their groups', () => {
    expect(prefixMatch('.*?\\.(?P<idx>\\d+)\\.', 'layersPattern').exec('a.12.b')?.groups?.['idx']).toBe('12')
  })

  it('are answered or refused whatever they are', () => {
    const pieces = fc.constantFrom(
      ...'ab\\()[]{}|?*+.^$-,0123:=!<>P#\n',
      '(?',
      '(?:',
      '(?P<n>',
      '{1,2}',
      '\\d',
      '[^',
      '(?<=',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const read = translated(parts.join(''))
        expect(typeof read === 'string' || read instanceof RegExp).toBe(true)
      }),
      runs(2000),
    )
  })
})
