import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { jsonValue, readJson } from '../../src/json/index.js'
import { CommandCases } from '../oracle/yaml/command-cases.js'
import { differenceOf } from '../oracle/yaml/command-differences.js'

/** What the platform's own command said and stored: `npm run oracle:cli -- --record`. Integers beyond 2^53 keep their digits. */
const RECORDED = gunzipSync(readFileSync(new URL('../fixtures/nemo-cli-stored.jsonl.gz', import.meta.url)))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => {
    const read = readJson(line)
    const record: [string, string, string, number, string, Record<string, unknown> | null] = Object(
      read.ok ? jsonValue(read.root) : [],
    )
    return record
  })

describe('manifests that were created with the platform’s own command', () => {
  it(`are what the check says that the command reads, all ${RECORDED.length}`, () => {
    const cases = new CommandCases()
    for (const [extension, text, name, code, said, stored] of RECORDED) {
      const known = cases.all.length
      cases.add(`m.${extension}`, Buffer.from(text), name)
      const added = cases.all.at(-1)
      if (added === undefined || cases.all.length === known) expect.fail(`the check refuses ${text}`)
      expect(differenceOf(added, { code, said }, stored ?? undefined), text).toBe(undefined)
    }
    expect(cases.counts).toStrictEqual({ created: 200, refused: 23, reread: 38 })
  })

  it('would not pass if another value was stored', () => {
    const cases = new CommandCases()
    cases.add('m.yaml', Buffer.from('name: ab\ncustom_fields: {a: 010, b: no}\n'), 'ab')
    const [one] = cases.all
    if (one === undefined) expect.fail('the check refuses it')
    const rest = { name: 'ab', model_providers: [], trust_remote_code: false }
    const difference = (fields: object) => differenceOf(one, { code: 0, said: '' }, { ...rest, custom_fields: fields })
    expect(difference({ a: 10, b: 'no' })).toMatch(/^custom_fields is stored as/)
    expect(difference({ a: 8, b: false })).toBe(undefined)
  })
})
