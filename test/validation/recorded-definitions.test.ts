import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { validateJson } from '../../src/validation/index.js'

/** What pydantic makes of a text by a definition: a line of `test/oracle/definitions.py`. */
interface Recorded {
  readonly definition: object
  readonly text: string
  readonly lax: Outcome
  readonly strict?: Outcome
}

interface Outcome {
  /** JSON text. */
  readonly value?: string
  readonly errors?: readonly (readonly [type: string, loc: readonly unknown[], msg: string, ctx: unknown])[]
}

const RECORDED: readonly Recorded[] = gunzipSync(
  readFileSync(new URL('../fixtures/fastapi/definitions.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line): Recorded => JSON.parse(line))

describe('definitions of your own', () => {
  it.each(['lax', 'strict'] as const)('are validated as pydantic does, in %s mode', (mode) => {
    const different: unknown[] = []
    let compared = 0
    for (const { definition, text, ...recorded } of RECORDED) {
      const expected = recorded[mode]
      if (expected === undefined) continue
      compared += 1
      const told = outcomeOf(definition, text, mode)
      if (JSON.stringify(told) !== JSON.stringify(inOurForm(expected)) && !isDeviation(expected, told)) {
        different.push({ definition: JSON.stringify(definition), text, expected: inOurForm(expected), told })
      }
    }
    expect(different.slice(0, 20)).toStrictEqual([])
    expect(different.length).toBe(0)
    expect(compared).toBeGreaterThan(10_000)
  })
})

function outcomeOf(definition: object, text: string, mode: 'lax' | 'strict') {
  const result = validateJson(definition, text, { mode, loc: [] })
  if (result.ok) return { value: result.value }
  if (result.status !== 422) return result
  return { errors: result.detail.map(({ type, loc, msg, ctx }) => [type, loc, msg, ctx ?? null]) }
}

function inOurForm({ value, errors }: Outcome): unknown {
  return value === undefined ? { errors } : { value: JSON.parse(value) }
}

/** An integer that JavaScript would round is an error here. */
function isDeviation({ value }: Outcome, told: unknown): boolean {
  return value !== undefined && JSON.stringify(told).includes('int_parsing_size') && /\d{16}/.test(value)
}
