import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../../src/architecture/index.js'
import { estimateMemory } from '../../../src/estimate/index.js'
import {
  efficientBackwardBytes,
  flashBackwardBytes,
} from '../../../src/estimate/replay/kernel-memory/attention-backward.js'
import { convolutionBytes } from '../../../src/estimate/replay/kernel-memory/convolution.js'
import { embeddingBackwardBytes } from '../../../src/estimate/replay/kernel-memory/embedding-backward.js'
import { rowsSumBytes } from '../../../src/estimate/replay/kernel-memory/rows-sum.js'
import { type AskedRun, allocatedBytes, REAL_SIZES, SMALL_STEPS } from './gpu-runs.js'

/** One call of a kernel on an H100 with torch 2.11, and what it held beside what it returned (`gpu_kernels.py` of `test/oracle/memory`). */
interface KernelCall {
  readonly operation: 'flash' | 'efficient' | 'rowsSum' | 'embedding' | 'convolution'
  readonly withinBytes: number
  readonly dtype?: string
  readonly [size: string]: number | string | boolean | undefined
}

const CALLS: readonly KernelCall[] = gunzipSync(
  readFileSync(new URL('../../fixtures/memory/kernels-h100.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

const FORMULAS: Readonly<Record<KernelCall['operation'], (call: KernelCall) => number>> = {
  // Queries, keys and values had heads before tokens, so that output and gradient are copied where there is more than one token.
  flash: (call) => flashBackwardBytes(attention(call), size(call, 'queries') > 1 ? 2 : 0),
  efficient: (call) => efficientBackwardBytes(attention(call)),
  rowsSum: (call) => rowsSumBytes(size(call, 'rows'), size(call, 'columns'), call.dtype === 'float32' ? 4 : 2),
  convolution: (call) =>
    convolutionBytes({
      inChannels: size(call, 'inChannels'),
      inPlaces: size(call, 'inPlaces'),
      outChannels: size(call, 'outChannels'),
      outPlaces: size(call, 'outPlaces'),
      window: size(call, 'window'),
    }),
  embedding: (call) => embeddingBackwardBytes(size(call, 'tokens'), size(call, 'rows'), size(call, 'features')),
}

function size(call: KernelCall, name: string): number {
  return Number(call[name])
}

function attention(call: KernelCall) {
  const [batch, heads, queries, features] = ['batch', 'heads', 'queries', 'features'].map((name) => size(call, name))
  const { kvHeads = heads, keys = queries } = call
  return {
    batch: batch ?? 0,
    heads: heads ?? 0,
    kvHeads: Number(kvHeads),
    queries: queries ?? 0,
    keys: Number(keys),
    headDim: features ?? 0,
    valueDim: features ?? 0,
    isWide: call.dtype === 'float32',
  }
}

describe('what a kernel holds within itself is what was measured, to the byte, for', () => {
  it.each([
    ['flash', 216],
    ['efficient', 400],
    ['rowsSum', 18],
    ['embedding', 24],
  ] as const)('%s', (operation, count) => {
    const calls = CALLS.filter((call) => call.operation === operation)
    expect(calls).toHaveLength(count)
    expect(calls.filter((call) => FORMULAS[operation](call) !== call.withinBytes)).toEqual([])
  })
})

it('convolutions in 16 bits hold copies of what they read and make, to 2 % for 77 of 92; the others hold nothing, or up to 22 MB more', () => {
  const calls = CALLS.filter((call) => call.operation === 'convolution').map((call) => ({
    held: call.withinBytes,
    copied: FORMULAS.convolution(call),
  }))
  const near = calls.filter(({ held, copied }) => Math.abs(held / copied - 1) < 0.02)
  const nothing = calls.filter(({ held }) => held < 1000)
  const more = calls.filter(({ held, copied }) => held / copied >= 1.02 && held - copied < 22e6)
  expect([near, nothing, more, calls].map(({ length }) => length)).toEqual([77, 6, 9, 92])
})

it('assumptions say where a convolution may be above the peak by more than 1 %', () => {
  const model = architectureFromConfig({ model_type: 'wav2vec2', architectures: ['Wav2Vec2ForCTC'] })
  const sentences = (method: 'inference' | 'full') =>
    estimateMemory(model, { method, batchSize: 8, audioSeconds: 10, gradientCheckpointing: false }).assumptions.filter(
      (one) => one.includes("cuDNN's convolutions"),
    )
  expect(sentences('inference')).toHaveLength(1)
  expect(sentences('full')).toEqual([])
})

it('a matrix of more than 2 GiB is summed in parts, in float32 sums', () => {
  expect(rowsSumBytes(2 ** 20, 2 ** 12, 2)).toBe(4 * 2 ** 12 + rowsSumBytes(2 ** 18, 2 ** 12, 2))
})

const estimated = (run: AskedRun) =>
  estimateMemory(architectureFromConfig(run.config), { optimizerStep: 'fused', ...run.options })

describe('tensors and what kernels hold are what the allocator of an H100 was asked for', () => {
  it.each(REAL_SIZES)('at real sizes, to 0.25 %: $id', (run) => {
    const estimate = estimated(run)
    expect(Math.abs(allocatedBytes(estimate, run.options) / run.peakBytes - 1)).toBeLessThan(0.0025)
  })

  it('at real sizes, to 0.005 % at the median', () => {
    const errors = REAL_SIZES.map((run) => Math.abs(allocatedBytes(estimated(run), run.options) / run.peakBytes - 1))
    expect(errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)]).toBeLessThan(5e-5)
  })

  const [inKernels, inPlace] = [true, false].map((isAbove) =>
    SMALL_STEPS.filter((run) => run.peakBytes > estimated(run).tensorBytes === isAbove),
  )

  // The ids of a batch and the numbers of a loss are up to 16 bytes.
  it.each(inKernels ?? [])('in a kernel of a small step: $id', (run) => {
    expect(Math.abs(allocatedBytes(estimated(run), run.options) - run.peakBytes)).toBeLessThanOrEqual(16)
  })

  it.each(inPlace ?? [])('less a sum in place, which the assumptions say: $id', (run) => {
    const { tensorBytes, totalBytes, overheadBytes, assumptions } = estimated(run)
    expect(totalBytes).toBe(tensorBytes + overheadBytes)
    const said = [-16, 0, 16].map((bytes) => ((tensorBytes - run.peakBytes + bytes) / 2 ** 20).toPrecision(2))
    const sentences = assumptions.filter((one) =>
      said.some((mebibytes) => one.includes(`may be ${mebibytes} MiB lower`)),
    )
    expect(sentences).toHaveLength(1)
  })
})
