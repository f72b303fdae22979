import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerTo, type ServeOptions } from '../../../src/cli/serve/answer-request.js'
import { isSameAnswer } from '../../oracle/compare.js'
import { isIntended } from '../../oracle/intended.js'
import { readRecords } from '../../oracle/records.js'

const OPTIONS: ServeOptions = { maxErrors: 1000, maxLineBytes: 1000, version: '1.2.3' }
const bytes = (line: unknown): Uint8Array => Buffer.from(typeof line === 'string' ? line : JSON.stringify(line))
const ask = (line: unknown, options = OPTIONS): Record<string, unknown> => JSON.parse(answerTo(bytes(line), options))

describe('an answer to a request', () => {
  it('is the service’s to every recorded body', () => {
    for (const { id, model, ok: _ok, ...rest } of readRecords('generated').slice(0, 3000)) {
      const { body, base64, content_type, mode } = rest
      const answer = ask({ id, model, body, base64, content_type, mode })
      const recorded = { ok: _ok, ...rest } as never
      expect(answer['id']).toBe(id)
      const isSame = isSameAnswer(recorded, answer as never)
      if (!isSame) expect(isIntended({ id, model, ...rest } as never, recorded, answer as never), id).toBe(true)
    }
  })

  it('has the id of its request', () => {
    expect(ask({ id: 7, model: 'Lora', body: '{"rank": 8}' })).toEqual({
      id: 7,
      ok: true,
      value: { rank: 8, alpha: null },
    })
    expect(ask({ model: 'Lora', body: '{"rank": 8}' })).not.toHaveProperty('id')
  })

  it('says how many errors there are if it lists fewer', () => {
    const answer = ask({ model: 'LinearLayerSpec', body: '{}' }, { ...OPTIONS, maxErrors: 1 })
    expect(answer).toMatchObject({ ok: false, status: 422, errorCount: 3, detail: [{ type: 'missing' }] })
  })

  it('introduces the implementation', () => {
    expect(ask({ cmd: 'start' })).toMatchObject({
      protocol: 1,
      implementation: { name: 'model-entity', version: '1.2.3' },
    })
    expect(ask({ cmd: 'stop' })).toEqual({})
  })

  it.each([
    ['no JSON', '{', 'the line is not JSON in UTF-8'],
    ['an empty line', '', 'the line is not JSON in UTF-8'],
    ['a list', '[]', 'the line is not a JSON object'],
    ['a misspelt model', { model: 'Loar', body: '' }, expect.stringContaining('Lora')],
    ['no model', { body: '' }, '"model" is missing'],
    ['a body that is not a text', { model: 'Lora', body: {} }, '"body" is not a text'],
    ['no body', { model: 'Lora' }, 'exactly one of "body" and "base64" is expected'],
    ['wrong base 64', { model: 'Lora', base64: '%' }, '"base64" is not base 64'],
    ['an unknown mode', { model: 'Lora', body: '', mode: 'loose' }, '"mode" is neither lax nor strict'],
    ['an unknown command', { cmd: 'quit' }, '"cmd" is none of start, run and stop'],
    ['an unknown field', { model: 'Lora', boby: '' }, expect.stringContaining('no such field: "boby"')],
    ['an id that would be rounded', '{"id": 9007199254740993}', expect.stringContaining('"id"')],
    ['a name from the prototype', { model: 'constructor', body: '' }, expect.stringContaining('constructor')],
  ])('says what is wrong with %s', (_what, line, error) => {
    expect(ask(line)).toEqual({ error })
  })

  it('says that a line was too long', () => {
    expect(JSON.parse(answerTo('too long', OPTIONS))).toEqual({ error: 'the line is longer than 1000 bytes' })
  })

  it('is one line of JSON, whatever the line is', () => {
    const piece = fc.constantFrom(
      '{"id":1,',
      '"model":"Lora",',
      '"body":',
      '"{\\"rank\\":',
      '1e999',
      '"\\ud800"',
      '}',
      '[',
      '\u0000',
      '__proto__',
      '"',
    )
    const line = fc.oneof(
      fc.array(piece).map((pieces) => bytes(pieces.join(''))),
      fc.uint8Array(),
    )
    const models = [undefined, 'ModelEntity', 'ValidationErrorLocItems'] as const
    fc.assert(
      fc.property(line, fc.constantFrom(...models), (text, model) => {
        const answer = answerTo(text, { ...OPTIONS, ...(model !== undefined && { model }) })
        expect(answer).not.toContain('\n')
        expect(answer).not.toContain('internal error')
        expect(Object.keys(JSON.parse(answer)).some((key) => key === 'ok' || key === 'error')).toBe(true)
      }),
    )
  })
})
