import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { isForwardPassDescribed } from '../../src/estimate/index.js'
import { FAMILY_FIXTURES, memoryRecords } from './memory-records.js'

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const ESTIMATES = page('estimates.md')
const FAMILIES_PAGE = page('estimated-families.md')
const listed = [...FAMILIES_PAGE.matchAll(/^> (.+)$/gm)]
  .flatMap(([, line = '']) => line.split(/,\s*/))
  .filter((name) => name !== '')

it('docs/estimated-families.md lists families that are described, and only those', () => {
  expect(listed.length).toBeGreaterThan(50)
  expect(listed.filter((family) => !isForwardPassDescribed(family))).toEqual([])
})

it('recorded runs hold all families of docs/estimated-families.md, which says how many', () => {
  const records = [...FAMILY_FIXTURES, 'config-variants.jsonl.gz'].map(memoryRecords)
  const held = new Set(records.flat().map(({ config }) => config['model_type']))
  expect(listed.filter((family) => !held.has(family))).toEqual([])
  for (const { length } of records) expect(`${ESTIMATES}${FAMILIES_PAGE}`).toContain(length.toLocaleString('en-US'))
})

it('docs/estimated-families.md lists the families that see or hear, and how many runs there are', () => {
  const [, list = ''] = /^Seen or heard: ([^.]+)\.$/m.exec(FAMILIES_PAGE) ?? []
  const described = FAMILIES.filter(({ images, sound }) => images ?? sound).flatMap(({ modelTypes }) => modelTypes)
  expect(list.split(/,\s*/).sort()).toEqual([...described].sort())
  const runs = ['senses', 'senses-options', 'blip-2', 'newer-senses', 'images-in-turn', 'retrieval'].flatMap((name) =>
    memoryRecords(`${name}.jsonl.gz`),
  )
  expect(FAMILIES_PAGE).toContain(`\n${runs.length} more recorded steps of small models`)
  expect(FAMILIES_PAGE).toContain(`\n${memoryRecords('seen-llama.jsonl.gz').length} further steps hold`)
  expect(FAMILIES_PAGE).toContain(`\n${memoryRecords('further-senses.jsonl.gz').length} more of them hold`)
  expect(FAMILIES_PAGE).toContain(`\n${memoryRecords('last-senses.jsonl.gz').length} more hold`)
})

it('docs/estimates.md names files that are there', () => {
  const [, section = ''] = /## Where each term stands\n(.*?)\n## /s.exec(ESTIMATES) ?? []
  const named = [...section.matchAll(/`((?:[a-z-]+\/)*[a-z-]+(?:\.ts|\/))`/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(15)
  const replay = new URL('../../src/estimate/replay/', import.meta.url)
  expect(named.filter((name) => !existsSync(new URL(name, replay)))).toEqual([])
})
