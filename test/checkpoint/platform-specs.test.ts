import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { readRecords } from '../architecture/records.js'

/** What the platform derives from the config of a public record; `spec` is absent where it fails. */
interface PlatformSpec {
  readonly id: string
  readonly spec?: Readonly<Record<string, unknown>>
}

const RECORDS = new Map(readRecords('public.jsonl.gz').map((record) => [record.name, record]))
const DERIVED = readRecords<PlatformSpec>('platform-specs.jsonl.gz').map(({ id, spec }) => {
  const record = RECORDS.get(id)
  if (record === undefined) throw new Error(`no record of ${id}`)
  const ours: Readonly<Record<string, unknown>> = { ...modelSpecFromConfig(record.config).spec }
  const fields = Object.keys(spec ?? {}).filter((field) => !isDeepStrictEqual(ours[field] ?? null, spec?.[field]))
  return { id, spec, ours, fields, record }
})

const ROWS = [
  ...readFileSync(new URL('../../docs/checkpoints.md', import.meta.url), 'utf8').matchAll(
    /^\| `(\w+)` \| (\d+) \| (?:this library|both):/gm,
  ),
].map(([, field = '', count]) => ({ field, count: Number(count) }))

describe('where our spec differs from the one that the platform derives', () => {
  it('is in the fields of the table in docs/checkpoints.md, so often, and nowhere else', () => {
    const counts = new Map<string, number>()
    for (const field of DERIVED.flatMap(({ fields }) => fields)) counts.set(field, (counts.get(field) ?? 0) + 1)
    const expected = [...counts].map(([field, count]) => ({ field, count }))
    const byField = (one: { field: string }, other: { field: string }): number => one.field.localeCompare(other.field)
    expect([...ROWS].sort(byField)).toStrictEqual(expected.sort(byField))
    expect(DERIVED.filter(({ spec }) => spec === undefined).map(({ id }) => id.split('--')[0])).toStrictEqual([
      'falcon_mamba',
      'mamba',
      'mamba',
      'mamba2',
    ])
  })

  it('is by more than 1 % in 47 totals, where ours are those of transformers', () => {
    const far = DERIVED.filter(({ spec, record: { total_parameters: total } }) => {
      const theirs = spec?.['base_num_parameters']
      return typeof theirs === 'number' && Math.abs(theirs - total) > total / 100
    })
    expect(far).toHaveLength(47)
    for (const { id, ours, record } of DERIVED) expect(ours['base_num_parameters'], id).toBe(record.total_parameters)
  })

  it.each(['olmo3--default', 'exaone4--default'])('is not in the window of %s', (id) => {
    const derived = DERIVED.find((each) => each.id === id)
    expect(derived?.ours['sliding_window_config']).toStrictEqual({ window_size: 4096 })
    expect(derived?.fields).toStrictEqual(['base_num_parameters'])
  })
})
