import { describe, expect, it } from 'vitest'
import { comparable, ourAnswer } from '../oracle/compare.js'
import { type OracleRecord, readRecords } from '../oracle/records.js'

describe.each(['vectors', 'strict-vectors', 'generated', 'json-suite'])('the recorded answers of %s', (name) => {
  const byModel = groupByModel(readRecords(name))

  it.each([...byModel])('%s is answered as the service answers it, every record and every entry', (_, records) => {
    for (const record of records) expect(comparable(ourAnswer(record)), record.id).toEqual(comparable(record))
  })
})

function groupByModel(records: readonly OracleRecord[]): Map<string, OracleRecord[]> {
  const groups = new Map<string, OracleRecord[]>()
  for (const record of records) {
    const name = record.mode === undefined ? record.model : `${record.model}, in strict mode,`
    groups.set(name, [...(groups.get(name) ?? []), record])
  }
  return groups
}
