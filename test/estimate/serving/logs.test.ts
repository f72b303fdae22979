import { describe, expect, it } from 'vitest'
import { LOGS, planOf, type ServingLog } from './logs.js'

const GIB = 2 ** 30
const engines = LOGS.filter(({ measured }) => measured.memoryGiB === undefined)

/** Runs whose difference is known, and why. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'Gemma-3-27B weights': 'the log counts the vision tower; the model is the language model alone',
  'qwen3_5_text weights': 'the same',
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
  it('have the weights of the plan to 1.8 %, except three that are explained', () => {
    const all = errors('weights', (log) => {
      const { weightsGiBPerGpu } = log.measured
      return weightsGiBPerGpu === undefined ? undefined : [planOf(log).weightBytes / GIB, weightsGiBPerGpu]
    })
    expect(all).toHaveLength(17)
    expect(unexplained(all)).toHaveLength(14)
    expect(largest(unexplained(all))).toBeLessThan(0.018)
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
