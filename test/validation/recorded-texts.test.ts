import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type TSchema, Type } from '@sinclair/typebox'
import { describe, expect, it } from 'vitest'
import { validate } from '../../src/validation/index.js'

/** What pydantic 2.14.4 makes of a text: a value, or the type and the message of its error. A line of `test/oracle/texts.py`. */
type Recorded = readonly [kind: string, text: string, answer: unknown]

const RECORDED: readonly Recorded[] = gunzipSync(
  readFileSync(new URL('../fixtures/fastapi/texts.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line): Recorded => JSON.parse(line))

const DEFINITIONS: Readonly<Record<string, TSchema>> = {
  datetime: Type.String({ format: 'date-time' }),
  date: Type.String({ format: 'date' }),
  time: Type.String({ format: 'time' }),
  url: Type.String({ format: 'uri' }),
  'strict url': Type.String({ format: 'uri' }),
  uuid: Type.String({ format: 'uuid' }),
  integer: Type.Integer(),
  number: Type.Number(),
  boolean: Type.Boolean(),
}

describe('texts that are nearly right', () => {
  it.each(Object.entries(DEFINITIONS))(
    'are to a field of the kind %s what they are to pydantic',
    (kind, definition) => {
      const records = RECORDED.filter(([of]) => of === kind)
      expect(records.length).toBeGreaterThan(kind === 'boolean' ? 500 : 1000)
      const differences = records.flatMap(([, text, answer]) => {
        const result = validate(definition, text, { loc: [], mode: kind.startsWith('strict') ? 'strict' : 'lax' })
        const ours = result.ok
          ? plain(result.value)
          : result.status === 422
            ? [result.detail[0]?.type, result.detail[0]?.msg]
            : result
        return JSON.stringify(ours) === JSON.stringify(answer) || isTooLarge(answer) ? [] : [[text, ours, answer]]
      })
      expect(differences).toStrictEqual([])
    },
  )
})

/** JSON has no number for infinity. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/** Integers that a number cannot hold are refused on purpose. */
function isTooLarge(answer: unknown): boolean {
  return typeof answer === 'number' && Number.isInteger(answer) && !Number.isSafeInteger(answer)
}
