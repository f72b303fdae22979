import { describe, expect, it } from 'vitest'
import { planServing, type WeightPrecision } from '../../../src/estimate/index.js'
import { LOGS, modelOf, planOf, type ServingLog } from './logs.js'

const GIB = 2 ** 30
const engines = LOGS.filter(({ measured }) => measured.memoryGiB === undefined)

/** Runs whose difference is known, and why. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'Qwen2.5-0.5B weights': "Unsloth's checkpoint leaves some matrices in 16 bits",
  'qwen3_5_text cache': 'the log spreads the states of a sequence over its 4,096 tokens: see the test of pages',
  'qwen3_5_moe_text cache': 'the same, over 131,072 tokens',
  'Llama-3-8B tokens': 'an activation peak of 9.37 GiB: it ran with max_num_seqs 2048, which its row does not state',
  'Llama-3.1-70B tokens': 'the total of the card is a guess',
  'Llama-3-8B activations': 'max_num_seqs 2048',
  'Qwen2.5-0.5B activations': 'Unsloth chooses another max_num_seqs',
}

function errors(part: string, of: (log: ServingLog) => readonly [computed: number, measured: number] | undefined) {
  return engines.flatMap((log) => {
    const pair = of(log)
    if (!pair) return []
    const isExplained = EXPLAINED[`${log.model} ${part}`] !== undefined && Math.abs(pair[0] / pair[1] - 1) > 0.03
    return [{ model: log.model, isExplained, error: Math.abs(pair[0] / pair[1] - 1) }]
  })
}

const unexplained = (all: ReturnType<typeof errors>) => all.filter(({ isExplained }) => !isExplained)
const largest = (all: ReturnType<typeof errors>) => Math.max(...all.map(({ error }) => error))

describe('the start-up logs of engines', () => {
  it('have the weights of the plan to 1.6 %, and half of them to 0.15 %, except one that is explained', () => {
    const all = errors('weights', (log) => {
      const { weightsGiBPerGpu } = log.measured
      return weightsGiBPerGpu === undefined ? undefined : [planOf(log).weightBytes / GIB, weightsGiBPerGpu]
    })
    expect(all).toHaveLength(17)
    expect(unexplained(all)).toHaveLength(16)
    expect(largest(unexplained(all))).toBeLessThan(0.016)
    const sorted = unexplained(all)
      .map(({ error }) => error)
      .sort((a, b) => a - b)
    expect(sorted[8]).toBeLessThan(0.0015)
  })

  it('have the cache of a token to 0.2 %, except two that are explained', () => {
    const all = errors('cache', (log) => {
      const { kvBytesPerTokenPerGpu } = log.measured
      return kvBytesPerTokenPerGpu === undefined ? undefined : [planOf(log).cacheBytesPerToken, kvBytesPerTokenPerGpu]
    })
    expect(unexplained(all)).toHaveLength(13)
    expect(largest(unexplained(all))).toBeLessThan(0.002)
  })

  it('have the tokens of the cache to 1 % where the share and the card are known', () => {
    const all = errors('tokens', (log) => {
      const { settings, measured } = log
      if (settings.gpuTotalGiB === null || settings.gpuMemoryUtilization === null) return undefined
      return measured.cacheTokens === undefined ? undefined : [planOf(log).cacheTokens, measured.cacheTokens]
    })
    expect(all).toHaveLength(4)
    expect(unexplained(all)).toHaveLength(2)
    expect(largest(unexplained(all))).toBeLessThan(0.01)
  })

  it('have the activations of the profile run to 3 %', () => {
    const all = errors('activations', (log) => {
      const { activationPeakGiB } = log.measured
      return activationPeakGiB === undefined ? undefined : [planOf(log).activationBytes / GIB, activationPeakGiB]
    })
    expect(unexplained(all)).toHaveLength(2)
    expect(largest(unexplained(all))).toBeLessThan(0.03)
  })
})

describe("Qwen's tables of generate", () => {
  // The peak of all GPUs together: weights, and then either the prompt's activations on each GPU, or the whole cache at the end.
  const peakOf = (log: ServingLog): number => {
    const { quantisation = '', promptTokens = 1, newTokens = 0, gpus = 1 } = log.settings
    const plan = planServing(modelOf(log), {
      engine: 'transformers',
      engineVersion: /\d\.\d+/.exec(log.note ?? '')?.[0] ?? '',
      precision: PRECISIONS[quantisation] ?? 'bfloat16',
      promptTokens,
      answerTokens: newTokens,
    })
    const atStart = gpus * plan.activationBytes + plan.cacheBytesPerToken * promptTokens
    const atEnd = plan.cacheBytesPerToken * (promptTokens + newTokens)
    return (plan.weightBytes + Math.max(atStart, atEnd)) / GIB
  }
  const errorsOf = (isMeant: (log: ServingLog) => boolean): number[] =>
    LOGS.filter((log) => log.settings.engine === 'transformers generate' && isMeant(log))
      .map((log) => Math.abs(peakOf(log) / (log.measured.memoryGiB ?? 0) - 1))
      .sort((a, b) => a - b)
  const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? 1
  const isModel = (prefix: string) => (log: ServingLog) => log.model.startsWith(prefix)

  it('have the peak of Qwen2.5 to 1 % at the median, on one GPU and on several', () => {
    const all = errorsOf(isModel('Qwen2.5'))
    expect(all.length).toBe(112)
    expect(median(all)).toBeLessThan(0.01)
    // AWQ with a prompt of one token: the peak is while loading, with a copy of the tied embedding.
    const loading = (log: ServingLog) => log.settings.quantisation === 'AWQ' && log.settings.promptTokens === 1
    expect(errorsOf((log) => isModel('Qwen2.5')(log) && !loading(log)).at(-1)).toBeLessThan(0.065)
  })

  it('have the logits of the whole prompt in transformers 4.38: Qwen2 57B-A14B to 3.2 %', () => {
    const all = errorsOf(isModel('Qwen2-57B'))
    expect(all).toHaveLength(8)
    expect(all.at(-1)).toBeLessThan(0.032)
  })

  // What stays allocated after the last step. A peak would have more: the prompt's activations, a copy of each layer's keys while
  // the cache grows, and the weights while they are loaded, none of which these numbers have.
  const restOf = (log: ServingLog): number => {
    const { quantisation = '', promptTokens = 1, newTokens = 0 } = log.settings
    const model = modelOf(log)
    const plan = planServing(model, { engine: 'transformers', precision: PRECISIONS[quantisation] ?? 'bfloat16' })
    const tokens = promptTokens + newTokens
    const isAutoAwq = quantisation === 'AWQ-INT4'
    // AutoAWQ's attention keeps a complex64 for each pair of features, position and layer, for 4,096 positions at least.
    const tables = isAutoAwq ? Math.max(tokens, 4096) * model.dimensions.layers * 64 * 8 : 0
    return plan.weightBytes + plan.cacheBytesPerToken * tokens + tables + (isAutoAwq ? 0 : WORKSPACE)
  }
  const qwen3 = LOGS.filter(isModel('Qwen3-')).filter(({ measured }) => measured.memoryGiB !== undefined)
  const isTiedFp8 = ({ model, settings }: ServingLog) => model === 'Qwen3-0.6B' && settings.quantisation === 'FP8'

  it('have what remains allocated for Qwen3, to 0.4 %', () => {
    const all = qwen3.filter((log) => !isTiedFp8(log))
    expect(all).toHaveLength(20)
    for (const log of all)
      expect(Math.abs(restOf(log) / GIB / (log.measured.memoryGiB ?? 0) - 1), JSON.stringify(log)).toBeLessThan(0.004)
  })

  it('have a second copy of tied embeddings for the model in FP8', () => {
    const all = qwen3.filter((log) => isTiedFp8(log) && log.settings.promptTokens !== 1)
    expect(all).toHaveLength(3)
    const copy = 151_936 * 1024 * 2
    for (const log of all)
      expect(Math.abs((restOf(log) + copy) / GIB / (log.measured.memoryGiB ?? 0) - 1)).toBeLessThan(0.002)
  })
})

/** The workspace of cuBLAS on Hopper: 32 MiB (torch's aten/src/ATen/cuda/CublasHandlePool.cpp). */
const WORKSPACE = 32 * 2 ** 20

const PRECISIONS: Readonly<Record<string, WeightPrecision>> = {
  BF16: 'bfloat16',
  FP8: 'fp8',
  AWQ: 'int4',
  'AWQ-INT4': 'int4',
  'GPTQ-Int4': 'gptq-int4',
  'GPTQ-Int8': 'gptq-int8',
}
