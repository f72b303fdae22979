import { describe, expect, it } from 'vitest'
import { architectureFromConfig, type ConfigObject } from '../../../src/architecture/index.js'
import { ENGINES, planServing, type ServingOptions } from '../../../src/estimate/index.js'

const GIB = 2 ** 30
const SIGLIP = {
  hidden_size: 1152,
  intermediate_size: 4304,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  image_size: 896,
  patch_size: 14,
  vision_use_head: false,
}
const gemma = architectureFromConfig({ model_type: 'gemma3', vision_config: SIGLIP })
const qwen3Vl = architectureFromConfig({ model_type: 'qwen3_vl' })
const CONTEXT = { contextTokens: 32_768 } as const
const noteOf = (config: ConfigObject, options: ServingOptions = {}): string =>
  planServing(architectureFromConfig(config), { ...CONTEXT, ...options }).assumptions.find((note) =>
    note.startsWith('the profile run has'),
  ) ?? ''

describe("the images of vLLM's profile run", () => {
  // Start-up logs: "Encoder cache will be initialized with a budget of 16384 tokens, and profiled with 1 image items of the maximum
  // feature size" (Qwen3-VL, vllm-project/vllm issues 38459 and 34209; Qwen3.6 27B), "32768 tokens, and profiled with 2 image items" (Qwen3.6 27B
  // with chunks of 32,768).
  it.each<[ConfigObject, ServingOptions, string]>([
    [{ model_type: 'qwen3_vl' }, {}, 'one image of 16,384 tokens'],
    [{ model_type: 'qwen3_5' }, { engineVersion: '0.19' }, 'one image of 16,384 tokens'],
    [{ model_type: 'qwen3_5' }, { chunkTokens: 32_768 }, '2 images of 16,384 tokens'],
  ])('are those of published logs: %j %j', (config, options, words) => {
    expect(noteOf(config, options)).toContain(words)
  })

  it.each<[ConfigObject, ServingOptions, string]>([
    // 8,192 tokens of budget on a large card, 2,048 on a small one.
    [{ model_type: 'gemma3', vision_config: SIGLIP }, {}, '32 images of 256 tokens'],
    [{ model_type: 'gemma3', vision_config: SIGLIP }, { gpu: 'l4' }, '8 images of 256 tokens'],
    [{ model_type: 'gemma3', vision_config: SIGLIP }, { images: 2, maxBatchSequences: 4 }, '8 images of 256 tokens'],
    [{ model_type: 'llava' }, {}, '14 images of 576 tokens'],
    [{ model_type: 'paligemma' }, {}, '32 images of 256 tokens'],
    [{ model_type: 'llava', vision_config: { model_type: 'pixtral' } }, {}, '2 images of 4,096 tokens'],
    [{ model_type: 'mistral3' }, {}, '2 images of 3,025 tokens'],
    [{ model_type: 'llama4', vision_config: { image_size: 336 } }, {}, '3 images of 2,448 tokens'],
    [{ model_type: 'internvl' }, {}, '2 images of 3,328 tokens'],
    [{ model_type: 'internvl_chat', max_dynamic_patch: 6 }, {}, '4 images of 1,792 tokens'],
    // Fourteen pictures of a video are seven steps in time; a context of 32,768 tokens holds two.
    [{ model_type: 'qwen2_5_vl' }, {}, 'one video of 32,768 tokens'],
    [{ model_type: 'qwen2_5_vl' }, { contextTokens: 131_072 }, 'one video of 114,688 tokens'],
    [{ model_type: 'qwen2_5_vl' }, { images: 1 }, 'one image of 16,384 tokens'],
  ])('are as many of the largest as the budget holds: %j %j', (config, options, words) => {
    expect(noteOf(config, options)).toContain(words)
  })

  it("count at the encoder's peak, or beside the language model", () => {
    const bytes = (options: ServingOptions) =>
      planServing(gemma, { ...CONTEXT, chunkTokens: 8192, maxBatchSequences: 16, ...options }).activationBytes
    // 32 images of 4,096 patches: the picture, two vectors, and the MLP before and after its activation.
    expect(bytes({})).toBe(32 * 4096 * 2 * (3 * 14 * 14 + 2 * 1152 + 2 * 4304))
    const text = bytes({ images: 0 })
    expect(bytes({ maxBatchSequences: 1024 })).toBe(
      planServing(gemma, { ...CONTEXT, chunkTokens: 8192, maxBatchSequences: 1024, images: 0 }).activationBytes +
        32 * 256 * 2304 * 2,
    )
    expect(text).toBeLessThan(bytes({}))
  })

  it('hand over a vector for each layer that Qwen3-VL takes them from', () => {
    const activation = (images: number) =>
      planServing(qwen3Vl, { ...CONTEXT, images, maxBatchSequences: 1024 }).activationBytes
    expect(activation(1) - activation(0)).toBe(16_384 * 4 * 4096 * 2)
  })

  it('are none for text alone, and then vLLM does not load the encoder since 0.15', () => {
    const weights = (options: ServingOptions) => planServing(gemma, { ...CONTEXT, ...options }).weightBytes
    const tower = weights({}) - weights({ images: 0 })
    expect(tower / 2).toBeGreaterThan(416_000_000)
    expect(weights({ images: 0, engineVersion: '0.14' })).toBe(weights({}))
    expect(weights({ images: 0, engine: 'sglang' })).toBe(weights({ engine: 'sglang' }))
    expect(noteOf({ model_type: 'gemma3' }, { images: 0 })).toBe('')
  })

  it('are said to be missing where the family or the version is not described', () => {
    const missing = (config: ConfigObject, options: ServingOptions = {}) =>
      planServing(architectureFromConfig(config), { ...CONTEXT, ...options }).assumptions.join('\n')
    expect(missing({ model_type: 'idefics3' })).toContain('is not included, since the largest input of this family')
    expect(missing({ model_type: 'gemma3' }, { engineVersion: '0.7' })).toContain('is not included')
  })
})

describe('images of a request', () => {
  it.each(['sglang', 'transformers', 'llama.cpp'] as const)('need memory in %s as well', (engine) => {
    const bytes = (images?: number) =>
      planServing(qwen3Vl, { ...CONTEXT, engine, gpu: 'h200', ...(images !== undefined && { images }) }).activationBytes
    expect(bytes(0)).toBe(bytes())
    expect(bytes(2)).toBeGreaterThan(bytes(0))
  })

  it('are read one request at a time in SGLang, and all at once in generate', () => {
    const bytes = (engine: 'sglang' | 'transformers', concurrency: number) =>
      planServing(qwen3Vl, { ...CONTEXT, engine, images: 2, promptTokens: 32_768, concurrency }).activationBytes
    expect(bytes('sglang', 4)).toBe(bytes('sglang', 1))
    expect(bytes('transformers', 4)).toBeCloseTo(4 * bytes('transformers', 1), -2)
  })

  it.each<[ConfigObject, ServingOptions, string]>([
    [{ model_type: 'qwen3' }, { images: 1 }, 'qwen3 has no encoder of them'],
    [{ model_type: 'idefics3' }, { images: 1 }, 'how large the images of idefics3 are is not described'],
    [{ model_type: 'qwen3_vl' }, { images: 3 }, '`images` should be at most 2: each has up to 16,384 tokens'],
    [{ model_type: 'qwen3_vl' }, { images: 1, engine: 'tgi' }, 'this version of tgi takes for images is not described'],
    [{ model_type: 'qwen3_vl' }, { images: 1, engineVersion: '0.7' }, 'this version of vllm'],
  ])('are refused where they cannot be honoured: %j %j', (config, options, words) => {
    const model = architectureFromConfig(config)
    expect(() => planServing(model, { ...CONTEXT, ...options })).toThrow(RangeError)
    expect(() => planServing(model, { ...CONTEXT, ...options })).toThrow(words)
  })

  it('are no more than any engine can plan: a number of zero is always honoured', () => {
    for (const engine of ENGINES)
      expect(planServing(gemma, { ...CONTEXT, engine, images: 0 }).weightBytes / GIB).toBeGreaterThan(1)
  })
})
