import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatModelProviderRef, parseModelProviderRef } from '../../src/references/index.js'
import { anyName, itRoundTrips, itTellsWhatIsWrong } from './parser-laws.js'

const anyProvider = fc.record({ workspace: anyName, name: anyName }, { noNullPrototype: true })

describe('parseModelProviderRef', () => {
  itTellsWhatIsWrong(parseModelProviderRef)
  itRoundTrips(anyProvider, formatModelProviderRef, parseModelProviderRef)

  it.each([
    ['provider', 8, 'the end'],
    ['/provider', 0, '"/"'],
    ['team/', 5, 'the end'],
    ['a/b/c', 3, '"/"'],
    [' team/provider', 0, '" "'],
  ])('refuses %j', (text, offset, found) => {
    expect(parseModelProviderRef(text)).toMatchObject({ ok: false, error: { offset, found } })
  })
})

describe('formatModelProviderRef', () => {
  it('throws rather than write what cannot be read', () => {
    expect(() => formatModelProviderRef({ workspace: 'a', name: 'b/c' })).toThrow(RangeError)
  })
})
