import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOf, RepeatedNames } from '../../src/cli/check/large/repeated-names.js'
import { runCli, startCli } from './run-cli.js'

describe('the names that occur twice', () => {
  it('are found, in memory and on disk', () => {
    const names = fc.array(fc.oneof(fc.stringMatching(/^[a-c]{1,3}$/), fc.string()), { maxLength: 60 })
    fc.assert(
      fc.property(names, fc.constantFrom(1, 2, 7, 1000), (all, most) => {
        const seen = new RepeatedNames(most)
        for (const name of all) seen.add(name)
        const twice = all.filter((name, index) => all.indexOf(name) !== index)
        expect(seen.repeated()).toEqual(new Set(twice.map(hashOf)))
      }),
      { numRuns: 200 },
    )
  })

  it('are few where there are none: a hash is of 53 bits', () => {
    const seen = new RepeatedNames(50_000)
    for (let index = 0; index < 200_000; index += 1) seen.add(`default/llama-${index}`)
    expect(seen.repeated().size).toBe(0)
  })
})

describe('large JSON Lines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'large-lines-'))
  const description = 'x'.repeat(600)
  const line = (name: string) => `${JSON.stringify({ name, description })}\n`
  const valid = Array.from({ length: 14_000 }, (_, index) => line(`llama-${index}`)).join('')
  const faulty = `${valid}${line('llama-7')}{"name":"ab","spec":7}\n{"name":"llama-8","fileste":1}\n`
  const FOUND = [
    '14001:9: error duplicate-entity: name: the workspace "default" already has an entity "llama-7", in this file',
    '14002:21: error model_attributes_type: spec: Input should be a valid dictionary or object to extract fields from',
    '14003:9: error duplicate-entity: name: the workspace "default" already has an entity "llama-8", in this file',
    '14003:19: warning unknown-field: fileste: ',
  ]
  beforeAll(() => {
    writeFileSync(join(folder, 'small.yaml'), 'name: llama-9\n---\nname: cd\nbase_model: llama-13999\n')
    writeFileSync(join(folder, 'valid.jsonl'), valid)
    writeFileSync(join(folder, 'faulty.jsonl'), faulty)
    writeFileSync(join(folder, 'valid.jsonl.gz'), gzipSync(valid))
    writeFileSync(join(folder, 'faulty.jsonl.gz'), gzipSync(faulty))
    writeFileSync(join(folder, 'cut.jsonl.gz'), gzipSync(valid).subarray(0, 20_000))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const check = (names: readonly string[], input?: string | Uint8Array) => {
    const run = runCli(['check', '--format', 'concise', ...names], { cwd: folder, ...(input && { input }) })
    return run.stdout.split('\n').filter((one) => /^\S+:\d+:\d+: /.test(one))
  }
  const expectFaults = (lines: readonly string[], name: string) => {
    expect(lines).toHaveLength(FOUND.length)
    for (const [index, found] of FOUND.entries()) expect(lines[index]).toContain(`${name}:${found}`)
  }

  it.each(['valid.jsonl', 'valid.jsonl.gz'])('have nothing to report in %s', (name) =>
    expect(check([name])).toEqual([]),
  )
  it.each(['faulty.jsonl', 'faulty.jsonl.gz'])('are reported in %s', (name) => expectFaults(check([name]), name))

  it('are read from standard input, with a name and without', () => {
    expect(check(['-'], valid)).toEqual([])
    expectFaults(check(['-'], faulty), '-')
    expectFaults(check(['-', '--stdin-filename', 'm.jsonl'], faulty), 'm.jsonl')
    expectFaults(check(['-', '--stdin-filename', 'm.jsonl.gz'], gzipSync(faulty)), 'm.jsonl.gz')
  })

  it('are compared with the files before and behind them', () => {
    const seen = 'the workspace "default" already has an entity "llama-9", in'
    expect(check(['small.yaml', 'valid.jsonl'])).toEqual([
      expect.stringContaining(`valid.jsonl:10:9: error duplicate-entity: name: ${seen} "small.yaml"`),
    ])
    expect(check(['valid.jsonl', 'small.yaml'])).toEqual([
      expect.stringContaining(`small.yaml:1:7: error duplicate-entity: name: ${seen} "valid.jsonl"`),
    ])
  })

  it('hold the entities that references name', () => {
    expect(check(['small.yaml', 'valid.jsonl', '--complete'])).toHaveLength(1)
    expect(check(['small.yaml', '--complete'])).toEqual([expect.stringContaining('dangling-base-model')])
  })

  it('leave nothing in the temporary folder', () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('model-entity-')).length
    startCli(['check', 'faulty.jsonl.gz'], { cwd: folder })
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('model-entity-')).length).toBeLessThanOrEqual(before)
  })

  it('that are damaged cannot be read', () => {
    expect(check(['cut.jsonl.gz'])).toEqual([expect.stringContaining('unreadable_file')])
  })
})
