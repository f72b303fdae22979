import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonNode, jsonValue, type ReadJsonOptions, readJson } from '../../src/json/index.js'

describe('positions', () => {
  it('of errors count characters: one beyond U+FFFF counts once, U+FFFF too', () => {
    for (const character of ['a', '\uffff', '\u{10000}', '🦙']) {
      expect(readJson(`"${character}" x`)).toMatchObject({ ok: false, error: { position: 4 } })
    }
  })

  it('are those of the written token, in UTF-16 units, the end exclusive', () => {
    const text = ' {"🦙" : [12.50, "a\\n"] }'
    const root = rootOf(text)
    expect(root).toMatchObject({ kind: 'object', start: 1, end: text.length })
    if (root.kind !== 'object') return
    const [entry] = root.entries
    expect(entry).toMatchObject({ key: '🦙', keyStart: 2, keyEnd: 6 })
    expect(entry?.value).toMatchObject({ kind: 'array', items: [{ text: '12.50', value: 12.5 }, { value: 'a\n' }] })
  })

  it('cut out of the text give each node back', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (json, blank) => {
        const text = blank + json + blank
        const check = (node: JsonNode): void => {
          const read = readJson(text.slice(node.start, node.end))
          expect(read.ok && jsonValue(read.root)).toEqual(jsonValue(node))
          if (node.kind === 'array') node.items.forEach(check)
          if (node.kind === 'object') for (const { value } of node.entries) check(value)
        }
        check(rootOf(text))
      }),
    )
  })

  it('of an error count code points for Python and code units for JavaScript', () => {
    expect(errorOf('{"é🦙": x}')).toEqual({ code: 'json_invalid', message: 'Expecting value', offset: 8, position: 7 })
  })
})

describe('numbers', () => {
  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['9007199254740993.0', 9007199254740992],
    ['1e400', Number.POSITIVE_INFINITY],
    ['-0', 0],
    ['-0.0', -0],
  ])('%s is %s', (text, value) => {
    const root = rootOf(text)
    expect(root.kind === 'number' && root.value).toBe(value)
  })

  it('of 4,300 digits are read, and of one more are too long, wherever they stand', () => {
    expect(rootOf('9'.repeat(4300)).kind).toBe('number')
    expect(rootOf(`-${'9'.repeat(4300)}`).kind).toBe('number')
    expect(errorOf(`[1, ${'9'.repeat(4301)}`)).toMatchObject({ code: 'int_too_long', offset: 4 })
    expect(rootOf(`${'9'.repeat(4301)}.5`).kind).toBe('number')
  })

  it.each(['NaN', 'Infinity', '-Infinity'])('%s is one only if constants are', (text) => {
    expect(rootOf(text, { constants: true })).toMatchObject({ kind: 'number', text, value: Number(text) })
    expect(errorOf(text)).toMatchObject({ message: 'Expecting value', offset: 0 })
  })
})

describe('depth', () => {
  it('is allowed up to the limit, 1,000 if none is said', () => {
    expect(rootOf(nested(1000)).kind).toBe('array')
    expect(errorOf(nested(1001))).toMatchObject({ code: 'too_deep', offset: 1000 })
    expect(errorOf('[{"a": []}]', { maxDepth: 2 })).toMatchObject({ code: 'too_deep', offset: 7 })
  })

  it('of a million arrays neither overflows a stack while it is read nor while it is made a value', () => {
    const root = rootOf(nested(1_000_000), { maxDepth: 1_000_000 })
    expect(Array.isArray(jsonValue(root))).toBe(true)
    expect(errorOf('['.repeat(100_000))).toMatchObject({ code: 'too_deep' })
  })
})

it('keeps duplicate keys, in order', () => {
  const root = rootOf('{"a": 1, "b": 2, "a": 3}')
  expect(root.kind === 'object' && root.entries.map(({ key }) => key)).toEqual(['a', 'b', 'a'])
})

function rootOf(text: string, options: ReadJsonOptions = {}): JsonNode {
  const read = readJson(text, options)
  if (!read.ok) throw new Error(read.error.message)
  return read.root
}

function errorOf(text: string, options: ReadJsonOptions = {}): unknown {
  const read = readJson(text, options)
  return read.ok ? undefined : read.error
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}
