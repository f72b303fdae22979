import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { type Optimizer, stateBytes } from '../../src/estimate/optimizers.js'
import { MemoryLedger } from '../../src/estimate/replay/memory-ledger.js'
import { optimizerStep } from '../../src/estimate/replay/step/optimizer-step.js'

/** What bitsandbytes 0.50.2 and torchao 0.18.0 keep and allocate: `test/oracle/memory/optimizer_states.py`. */
interface Recorded {
  readonly optimizer: Optimizer
  readonly shape: readonly number[]
  readonly dtype: 'bfloat16' | 'float32'
  readonly states: number
  /** The bytes that the compiled step of the parameter allocates at most. */
  readonly step?: number
}

const RECORDS: readonly Recorded[] = gunzipSync(
  readFileSync(new URL('../fixtures/memory/optimizer-states.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

const NAMES = [...new Set(RECORDS.map(({ optimizer }) => optimizer))]

describe('Optimizers of bitsandbytes and torchao', () => {
  it.each(NAMES)('have the states of their libraries: %s', (name) => {
    const records = RECORDS.filter(({ optimizer }) => optimizer === name)
    const estimated = records.map(({ shape, dtype }) => stateBytes(name, shape, dtype === 'float32' ? 4 : 2))
    expect(estimated).toEqual(records.map(({ states }) => states))
  })

  it.each(NAMES.filter((name) => name.endsWith('torchao')))('allocate in a step what torch compiles: %s', (name) => {
    const records = RECORDS.filter(({ optimizer, step }) => optimizer === name && step !== undefined)
    const estimated = records.map(({ shape, dtype }) => {
      const elements = shape.reduce((product, size) => product * size, 1)
      const ledger = new MemoryLedger()
      const leaf = { kind: 'leaf', shape, elements, dtype, expected: 0, isSharded: false } as const
      optimizerStep(ledger, [leaf], {
        optimizer: name,
        step: 'foreach',
        elementsOf: () => elements,
        dtypeOf: () => dtype,
      })
      return ledger.peak.totalBytes
    })
    expect(records.length).toBeGreaterThan(3)
    expect(estimated).toEqual(records.map(({ step }) => step))
  })
})

describe('A run', () => {
  const llama = architectureFromConfig({ model_type: 'llama', num_hidden_layers: 2 })
  const run = { method: 'full', batchSize: 1, sequenceLength: 16 } as const

  it('with pages keeps only the states of small tensors on the GPU', () => {
    const { parts } = estimateMemory(llama, { ...run, optimizer: 'adamw-32bit-paged' })
    expect(parts.optimizerStates).toBe(5 * 4096 * 8) // five norms
  })

  it("steps by torchao's AdamW of 4 bits with 24 bytes for each element of the embedding, and says so", () => {
    const { peakAt, parts, assumptions } = estimateMemory(llama, { ...run, optimizer: 'adamw-4bit-torchao' })
    expect(peakAt.operation).toBe('single_param_adam')
    expect(parts.temporary).toBe(32_000 * 4096 * (24 + 1 / 32))
    expect(assumptions.join('\n')).toContain('24 bytes for each of its elements')
  })
})
