import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../../src/cli/serve/line-splitter.js'

function linesOf(chunks: readonly Uint8Array[], maxBytes: number): string[] {
  const splitter = new LineSplitter(maxBytes)
  const lines = [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()]
  return lines.map((line) => (line === 'too long' ? line : Buffer.from(line).toString('utf8')))
}

describe('LineSplitter', () => {
  it('gives the same lines wherever the stream is cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '"', ' ', '🦙'), maxLength: 12 })
    const cuts = fc.array(fc.nat(60), { maxLength: 8 })
    fc.assert(
      fc.property(fc.array(line), cuts, fc.nat(20), (lines, places, maxBytes) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''))
        const ends = [...new Set([...places.filter((place) => place < bytes.length), bytes.length])].sort(
          (a, b) => a - b,
        )
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
        const wanted = lines.map((each) => (Buffer.byteLength(each) > maxBytes ? 'too long' : each))
        expect(linesOf(chunks, maxBytes)).toEqual(wanted)
      }),
    )
  })

  it.each([
    ['a line without an end at the end of the input', 'a\nb', ['a', 'b']],
    ['empty lines', '\n\na\n', ['', '', 'a']],
    ['a carriage return as part of the end', 'a\r\nb\rc\r\n', ['a', 'b\rc']],
  ])('gives %s', (_what, text, lines) => {
    expect(linesOf([Buffer.from(text)], 100)).toEqual(lines)
  })

  it('keeps nothing of a line that is too long', () => {
    const splitter = new LineSplitter(10)
    for (let index = 0; index < 1000; index += 1) expect([...splitter.push(Buffer.alloc(1000, 97))]).toEqual([])
    expect([...splitter.push(Buffer.from('\nb\n'))].map(String)).toEqual(['too long', 'b'])
  })
})
