import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { decodeBody, jsonValue, readJson } from '../../src/json/index.js'

/** A body, and what Python's decoder makes of it. */
interface DecoderRecord {
  readonly base64: string
  readonly value?: string
  readonly message?: string
  readonly position?: number
}

const url = new URL('../fixtures/fastapi/python-decoder.jsonl.gz', import.meta.url)
const lines = gunzipSync(readFileSync(url)).toString('utf8').trimEnd().split('\n')
const records = lines.map((line): DecoderRecord => JSON.parse(line))

it('reads every body as Python does: the value, or the message and the position', () => {
  for (const record of records) {
    const { base64, value, message, position } = record
    const text = decodeBody(new Uint8Array(Buffer.from(base64, 'base64')))
    const read = text === undefined ? undefined : readJson(text, { constants: true })
    if (value !== undefined) {
      expect(read?.ok && jsonValue(read.root), base64).toEqual(parsed(value))
    } else if (message === undefined) {
      expect(read, base64).toBeUndefined()
    } else {
      expect(read, base64).toMatchObject({ ok: false, error: { code: 'json_invalid', message, position } })
    }
  }
})

/** What Python wrote, which the reader takes: `NaN` and integers of any size are in it. */
function parsed(written: string): unknown {
  const read = readJson(written, { constants: true })
  return read.ok ? jsonValue(read.root) : undefined
}
