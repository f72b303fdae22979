import { describe, expect, it } from 'vitest'
import { architectureFromConfig, type ConfigObject } from '../../../src/architecture/index.js'
import { planServing, type ServingOptions } from '../../../src/estimate/index.js'

const llama = architectureFromConfig({ model_type: 'llama', max_position_embeddings: 4096 })
const share = (options: ServingOptions, model = llama) =>
  planServing(model, { engine: 'sglang', ...options }).memoryUtilization

describe('the static share of SGLang', () => {
  // Worked out by hand from the source of each version; an H100 has 81,559 MiB, an RTX 4090 24,564.
  it.each([
    ['0.4.4', {}, 0.88],
    ['0.4.10', {}, (81_559 - 10 * 1024) / 81_559],
    ['0.5.9', {}, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128) / 81_559],
    ['0.5.10', {}, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128 - 58 * 8) / 81_559],
    ['0.5.23', {}, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128 - 58 * 8) / 81_559],
    ['0.5.9', { tensorParallel: 4 }, (81_559 - 512 - 8192 * 1.5 - 512 * 2 - 512) / 81_559],
    ['0.5.10', { pipelineParallel: 2 }, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 256) / 81_559],
    ['0.5.9', { draft: { kind: 'eagle' } }, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128 - 2048) / 81_559],
    ['0.5.10', { draft: { kind: 'eagle' } }, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128 - 4096) / 81_559],
    ['0.5.14', { loraSlots: 1 }, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128) / 81_559],
    ['0.5.16', { loraSlots: 1 }, (81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128 - 58 * 8) / 81_559],
    ['0.5.16', { gpu: 'rtx4090' }, (24_564 - 512 - 2048 * 1.5 - 24 * 2 - 128 - 42 * 8) / 24_564],
    ['0.5.23', { gpu: 'rtx4090' }, (24_564 - 512 - 4096 * 1.5 - 48 * 2 - 128 - 50 * 8) / 24_564],
    ['0.5.23', { gpu: 'rtx4090', maxBatchSequences: 8 }, (24_564 - 512 - 4096 * 1.5 - 8 * 2 - 128 - 50 * 8) / 24_564],
  ] as const)('is that of the source of %s with %j', (engineVersion, options, expected) => {
    expect(share({ engineVersion, ...options })).toBeCloseTo(expected, 3)
  })

  it('keeps 1.5 GiB for graphs of prompts with latent attention', () => {
    const deepseek = architectureFromConfig({ model_type: 'deepseek_v3' })
    const expected = (143_771 - 512 - 8192 * 1.5 - 512 * 2 - 1024 - 1536) / 143_771
    expect(share({ gpu: 'h200', tensorParallel: 8, contextTokens: 4096 }, deepseek)).toBeCloseTo(expected, 3)
  })

  it.each<[ConfigObject, number]>([
    [{ num_hidden_layers: 24, hidden_size: 1024 }, 0.95],
    // SigLIP of Gemma 3: 1.42 times as large as CLIP's large encoder.
    [{ num_hidden_layers: 27, hidden_size: 1152 }, 0.95 * (1 - 0.1 * ((27 * 1152 ** 2) / (24 * 1024 ** 2) - 1))],
    [{ num_hidden_layers: 48, hidden_size: 3200 }, 0.95 * 0.8],
    [{ num_hidden_layers: 6, hidden_size: 384 }, 0.95 * 1.05],
  ])('is smaller for an encoder of images: %j', (vision_config, factor) => {
    const model = architectureFromConfig({ model_type: 'gemma3', vision_config })
    const text = Math.round(((81_559 - 512 - 8192 * 1.5 - 256 * 2 - 128) / 81_559) * 1000) / 1000
    expect(share({ contextTokens: 4096 }, model)).toBeCloseTo(text * factor, 6)
  })
})
