import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteColumns } from '../../src/manifest/byte-columns.js'
import { checkSource } from '../../src/manifest/check-source.js'
import { checkLines } from '../../src/manifest/json-lines/check-lines.js'
import { listEntitiesInLines, plainEntitiesInLines } from '../../src/manifest/json-lines/entities-in-lines.js'
import { lineBatches } from '../../src/manifest/json-lines/line-batches.js'
import { quickLines } from '../../src/manifest/json-lines/quick-lines.js'
import { runs } from '../share.js'

/** A file in pieces of so many bytes, each in the same memory. */
function pieces(bytes: Buffer, size: number) {
  return function* () {
    const memory = Buffer.alloc(size)
    for (let at = 0; at < bytes.length; at += size) {
      yield memory.subarray(0, bytes.copy(memory, 0, at, at + size))
    }
  }
}

const line = fc.constantFrom(
  '{"name":"ab"}',
  '{"name":"abc","project":"é𝔸"}',
  '{"name":"ab","fileste":"é𝔸","trust_remote_code":true}',
  '{"name":"ab","trust_remote_code":"yes"}\r',
  '{"name":"ab","spec":{"num_layers":"forty"}}',
  '{"name":"ab","name":"ab"}',
  '{"name":"ab","hunter22":1}',
  '{"name":"ab","custom_fields":{"password":"hunter22"}}',
  '{"name":"ab","api_endpoint":{"url":"https://u:hunter23@h/","api_key":"hunter24"},"hunter23":2}',
  '{"name":"ab", oops}',
  '[{"name":"ab"},{"fileste":1}]',
  '7',
  '',
  ' ',
)
const content = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '\n'))
  .map(([lines, end]) => lines.join('\n') + end)
const across = () => []

describe('JSON Lines in pieces', () => {
  it('are checked like the whole file', () => {
    fc.assert(
      fc.property(
        content,
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom(2, 1000),
        fc.boolean(),
        (text, size, maxDiagnostics, skipsOthers) => {
          if (text === '') return
          const check = { file: 'm.jsonl', maxDiagnostics, skipsOthers }
          const whole = checkSource(text, check)
          const merged = checkLines(pieces(Buffer.from(text), size), check)
          expect(merged.check).toStrictEqual(whole.check)
          const columnOf = byteColumns(whole.source)
          for (const { line: at, column, endLine, endColumn } of whole.check.diagnostics) {
            expect(merged.byteColumn?.(at, column)).toBe(columnOf(at, column))
            expect(merged.byteColumn?.(endLine, endColumn)).toBe(columnOf(endLine, endColumn))
          }
        },
      ),
      runs(400),
    )
  })

  it('are quickly told to be without faults, if they are', () => {
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 90 }), fc.boolean(), (text, size, skipsOthers) => {
        const check = { file: 'm.jsonl', skipsOthers }
        const { check: whole } = checkSource(text, check)
        const quick = quickLines(pieces(Buffer.from(text), size), check, across)
        if (text === '' || quick === undefined) return
        const { diagnostics, documents, skippedDocuments } = whole
        expect({ diagnostics, documents, skippedDocuments }).toStrictEqual({ diagnostics: [], ...quick })
      }),
      runs(400),
    )
    const others = Buffer.from('{"apiVersion":"v1","kind":"Pod"}\n{"name":"ab"}')
    expect(quickLines(pieces(others, 5), { skipsOthers: true }, across)).toStrictEqual({
      documents: 1,
      skippedDocuments: 1,
    })
    expect(quickLines(pieces(others, 5), {}, across)).toBeUndefined()
    expect(quickLines(pieces(Buffer.from('{"name":"ab"}\n{"name":"abc"}'), 5), {}, across)).toStrictEqual({
      documents: 2,
      skippedDocuments: 0,
    })
  })

  it('are told to be no UTF-8 at the right place, and nothing else', () => {
    const bytes = Buffer.from('{"name":"ab"}\n{"fileste":"é"}\n{"name":"é\xff"}\n{}\n', 'latin1')
    for (const size of [7, 30, 1000]) {
      const { check } = checkLines(pieces(bytes, size), { file: 'm.jsonl' })
      expect(check.diagnostics).toStrictEqual(checkSource(bytes, { file: 'm.jsonl' }).check.diagnostics)
      expect(check.documents).toBe(1)
    }
  })

  it('are cut into whole lines', () => {
    const text = 'a\nbb\n\nccc'
    for (const size of [1, 2, 3, 100]) {
      const parts: string[] = []
      for (const { bytes, lines } of lineBatches(pieces(Buffer.from(text), size))) {
        expect(parts.join('').split('\n')).toHaveLength(lines + 1)
        parts.push(bytes.toString())
      }
      expect(parts.join('')).toBe(text)
      expect(parts.slice(0, -1).every((part) => part.endsWith('\n'))).toBe(true)
    }
  })
})

it('the entities of a large file are those of its lines', () => {
  const text = '{"base_model":"x"}\n{"name": [}\n\n[{"name":"cd"},{"id":"e","created_at":"f"}]\n'
  const all = pieces(Buffer.from(text), 7)
  expect([...plainEntitiesInLines(all, { name: 'ab' })]).toStrictEqual([
    { model: 'CreateModelEntityRequest', value: { name: 'ab', base_model: 'x' }, loc: [] },
    { model: 'CreateModelEntityRequest', value: { name: 'cd' }, loc: [0] },
    { model: 'ModelEntity', value: { name: 'ab', id: 'e', created_at: 'f' }, loc: [1] },
  ])
  expect([...plainEntitiesInLines(all, { model: 'Lora' })].map(({ model }) => model)).toStrictEqual(['Lora', 'Lora'])
  expect([...listEntitiesInLines(all, { file: 'm.jsonl' })]).toStrictEqual([
    { model: 'CreateModelEntityRequest', value: { base_model: 'x' } },
    { model: 'CreateModelEntityRequest', value: { name: 'cd' } },
    { model: 'ModelEntity', value: { id: 'e', created_at: 'f' } },
  ])
})
