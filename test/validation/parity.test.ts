import { describe, expect, it } from 'vitest'
import { comparable, ourAnswer } from '../oracle/compare.js'
import { type OracleRecord, readRecords } from '../oracle/records.js'

describe('the recorded answers of the service', () => {
  const byModel = groupByModel(readRecords('vectors'))

  it.each([...byModel])('%s is answered as the service answers it, every record and every entry', (_, records) => {
    for (const record of records) expect(comparable(ourAnswer(record)), record.id).toEqual(comparable(record))
  })
})

function groupByModel(records: readonly OracleRecord[]): Map<string, OracleRecord[]> {
  const groups = new Map<string, OracleRecord[]>()
  for (const record of records) groups.set(record.model, [...(groups.get(record.model) ?? []), record])
  return groups
}
