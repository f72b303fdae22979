import { describe, expect, it } from 'vitest'
import { formatName, formatProjectUrn, parseName, parseProjectUrn } from '../../src/references/index.js'
import { anyName, itRoundTrips, itTellsWhatIsWrong } from './parser-laws.js'

describe('parseName', () => {
  itTellsWhatIsWrong(parseName)
  itRoundTrips(anyName, formatName, parseName)

  it('counts characters, not UTF-16 code units', () => {
    expect(parseName('\u{1f600}'.repeat(255))).toMatchObject({ ok: false, error: { offset: 0, found: '"\u{1f600}"' } })
    expect(parseName('\u{1f600}'.repeat(256))).toMatchObject({
      ok: false,
      error: { offset: 510, found: '256 characters from offset 0 on', expected: 'at most 255 characters' },
    })
  })

  it.each([['a'.repeat(255)], ['-'], ['Llama-3.1_8B']])('accepts %j', (text) => expect(parseName(text).ok).toBe(true))
  it.each([['a'.repeat(256)], ['a b'], ['a/b'], ['a\n'], ['é'], ['a\ud800']])('refuses %j', (text) => {
    expect(parseName(text).ok).toBe(false)
  })
})

describe('parseProjectUrn', () => {
  itTellsWhatIsWrong(parseProjectUrn)
  itRoundTrips(
    anyName.map((name) => `nlp/${name}`.slice(0, 255)),
    formatProjectUrn,
    parseProjectUrn,
  )

  it.each([['nlp/llama'], ['/'], ['a'.repeat(255)]])('accepts %j', (text) =>
    expect(parseProjectUrn(text).ok).toBe(true),
  )
  it.each([['nlp:llama'], ['a b'], ['a'.repeat(256)]])('refuses %j', (text) =>
    expect(parseProjectUrn(text).ok).toBe(false),
  )
})
