import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelTypes } from '../../../src/architecture/families/index.js'
import { architectureFromConfig, CheckpointError, totalParameters } from '../../../src/architecture/index.js'
import { ENGINES, GPUS, planServing, type ServingOptions } from '../../../src/estimate/index.js'
import { some } from '../../share.js'

const GIB = 2 ** 30
const llama = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
})
const qwen35 = architectureFromConfig({
  model_type: 'qwen3_5_moe_text',
  mamba_ssm_dtype: 'float32',
  max_position_embeddings: 262_144,
})

describe('the cache of a token', () => {
  it('is of the keys and values of the heads that have their own', () => {
    expect(planServing(llama).cacheBytesPerToken).toBe(2 * 32 * 8 * 128 * 2)
    expect(planServing(llama, { cacheDtype: 'fp8' }).cacheBytesPerToken).toBe(2 * 32 * 8 * 128)
  })

  it('is divided among GPUs down to one head, and between stages', () => {
    const bytes = (options: ServingOptions) => planServing(llama, options).cacheBytesPerToken
    expect(bytes({ tensorParallel: 4 })).toBe(2 * 32 * 2 * 128 * 2)
    expect(bytes({ tensorParallel: 16 })).toBe(2 * 32 * 1 * 128 * 2)
    expect(bytes({ pipelineParallel: 2 })).toBe(2 * 16 * 8 * 128 * 2)
  })

  it('is the compressed vector and the rotated key of latent attention, on every GPU', () => {
    const deepseek = architectureFromConfig({ model_type: 'deepseek_v3' })
    expect(planServing(deepseek).cacheBytesPerToken).toBe(61 * (512 + 64) * 2)
    expect(planServing(deepseek, { tensorParallel: 8 }).cacheBytesPerToken).toBe(61 * (512 + 64) * 2)
  })

  it('has the keys of the indexer of sparse attention', () => {
    const sparse = planServing(architectureFromConfig({ model_type: 'deepseek_v32' }))
    expect(sparse.cacheBytesPerToken).toBe(61 * ((512 + 64) * 2 + 128 + 4))
  })

  it.each([
    'bert',
    'roberta',
    'distilbert',
    'modernbert',
    'deberta-v2',
    'electra',
    'mpnet',
    'clip',
    'siglip',
    'vit',
    'xlm-roberta',
  ])('is nothing in an encoder: %s', (family) => {
    const plan = planServing(architectureFromConfig({ model_type: family }))
    expect(plan.cacheBytesPerToken).toBe(0)
    expect(plan.stateBytesPerSequence).toBe(0)
    expect(plan.cacheTokens).toBe(0)
    expect(plan.fits).toBe(true)
    expect(plan.assumptions).toContain('an encoder reads a text at once and caches nothing')
  })

  it('is nothing in every family whose own class only reads, and something in every other', () => {
    const wrong = modelTypes().filter((family) => {
      const plan = planOrNot({ model_type: family })
      if (!plan) return false
      const caches = plan.cacheBytesPerToken + plan.stateBytesPerSequence > 0
      return caches !== WRITES.test(architectureFromConfig({ model_type: family }).className)
    })
    expect(wrong).toEqual(READERS)
  })

  it('is not there in layers that share it with others, nor for the feed-forward networks of RWKV', () => {
    const shared = planServing(architectureFromConfig({ model_type: 'gemma3n_text' }))
    const own = planServing(architectureFromConfig({ model_type: 'gemma3n_text', num_kv_shared_layers: 0 }))
    expect(shared.cacheBytesPerToken / own.cacheBytesPerToken).toBeCloseTo(20 / 35, 5)
    const rwkv = planServing(architectureFromConfig({ model_type: 'rwkv' }))
    expect([rwkv.cacheBytesPerToken, rwkv.stateBytesPerSequence]).toEqual([0, 32 * 5 * 4096 * 2])
  })

  it('is that of keys and values in one projection for JetMoE, and nothing for a class that finds pages', () => {
    const { cacheBytesPerToken } = planServing(architectureFromConfig({ model_type: 'jetmoe', num_hidden_layers: 3 }))
    expect(cacheBytesPerToken).toBe(3 * 2 * 16 * 128 * 2)
    expect(planServing(architectureFromConfig({ model_type: 'colqwen2' })).cacheBytesPerToken).toBe(0)
  })

  it('is that of a decoder for a BERT that is one', () => {
    const plan = planServing(architectureFromConfig({ model_type: 'bert', is_decoder: true }))
    expect(plan.cacheBytesPerToken).toBe(12 * 2 * 768 * 2)
  })

  it('of an encoder-decoder is that of its decoder; what the encoder has read is kept for each sequence', () => {
    const whisper = planServing(architectureFromConfig({ model_type: 'whisper', max_source_positions: 1500 }))
    expect(whisper.cacheBytesPerToken).toBe(4 * 2 * 384 * 2)
    expect(whisper.stateBytesPerSequence).toBe(4 * 2 * 384 * 2 * 1500)
    const t5 = planServing(architectureFromConfig({ model_type: 't5', num_decoder_layers: 3 }), { contextTokens: 512 })
    expect(t5.cacheBytesPerToken).toBe(3 * 2 * 512 * 2)
  })

  it('is there for decoders without a head', () => {
    const plan = planServing(architectureFromConfig({ model_type: 'qwen3', architectures: ['Qwen3Model'] }))
    expect(plan.cacheBytesPerToken).toBeGreaterThan(0)
  })
})

describe('states', () => {
  it('are kept for each sequence in Mamba layers, and nothing for a token', () => {
    const mamba = planServing(architectureFromConfig({ model_type: 'mamba', num_hidden_layers: 2, hidden_size: 64 }))
    expect(mamba.cacheBytesPerToken).toBe(0)
    expect(mamba.stateBytesPerSequence).toBe(2 * 2 * (128 * 3 + 128 * 16))
    expect(mamba.largestConcurrency).toBeGreaterThan(1000)
  })

  it.each([
    'qwen3_next',
    'qwen3_5_text',
    'minimax',
    'kimi_linear',
    'lfm2',
    'recurrent_gemma',
    'falcon_h1',
    'jamba',
    'bamba',
    'zamba2',
    'granitemoehybrid',
    'nemotron_h',
    'olmo_hybrid',
  ])('stand beside the cache in hybrids: %s', (family) => {
    const config = { model_type: family, ...MIXED[family] }
    const plan = planServing(architectureFromConfig(config), { contextTokens: 1024 })
    expect(plan.cacheBytesPerToken).toBeGreaterThan(0)
    expect(plan.stateBytesPerSequence).toBeGreaterThan(0)
  })
})

describe('the pages of vLLM', () => {
  // Qwen3.6-35B-A3B: "GPU KV cache size: 925,508 tokens", "Maximum concurrency for 131,072 tokens per request: 7.06x".
  it('are those of the log of a hybrid: 925 of them, 131 for a sequence', () => {
    const page = 1056 * 20_480
    const plan = planServing(qwen35, { contextTokens: 131_072 })
    expect(plan.blockTokens).toBe(1056)
    const bytes = 18.64 * GIB
    expect(Math.floor((Math.floor(bytes / page) / 131) * 131_072)).toBe(925_508)
    const pages = Math.floor(plan.cacheBytes / page)
    expect(plan.cacheTokens).toBe(Math.max(0, Math.floor((pages / 131) * 131_072)))
  })

  // Qwen3.5-9B on two GPUs: "Maximum concurrency for 4,096 tokens per request: 169.82x" with 15.06 GiB.
  it('are those of the log of another on two GPUs: eleven for a sequence of 4,096 tokens', () => {
    const nine = architectureFromConfig({ model_type: 'qwen3_5_text', mamba_ssm_dtype: 'float32' })
    const plan = planServing(nine, { tensorParallel: 2, contextTokens: 4096, engineVersion: '0.19' })
    expect(plan.blockTokens).toBe(528)
    const page = 528 * plan.cacheBytesPerToken
    expect(Math.floor((15.06 * GIB) / page) / 11).toBeCloseTo(169.82, 0)
  })

  it('hold fewer tokens where layers with a window do not divide evenly', () => {
    const gemma = architectureFromConfig({
      model_type: 'gemma3_text',
      num_hidden_layers: 62,
      max_position_embeddings: 8192,
    })
    const old = planServing(gemma, {
      engineVersion: '0.8',
      gpu: 'h200-141gb',
      maxBatchSequences: 16,
      chunkTokens: 2048,
    })
    const grouped = planServing(gemma, {
      engineVersion: '0.13',
      gpu: 'h200-141gb',
      maxBatchSequences: 16,
      chunkTokens: 2048,
    })
    // 10 full and 52 windowed layers: seven groups of ten.
    expect(grouped.cacheTokens / old.cacheTokens).toBeCloseTo(62 / 70, 1)
    expect(grouped.largestConcurrency).toBeGreaterThan(old.largestConcurrency)
  })
})

describe('versions and engines', () => {
  it('change the share of the card, and whether CUDA graphs count', () => {
    expect(planServing(llama, { engineVersion: '0.19' }).memoryUtilization).toBe(0.9)
    expect(planServing(llama, { engineVersion: '0.20' }).memoryUtilization).toBe(0.92)
  })

  it('count the logits of a whole prompt in old versions of generate', () => {
    const activations = (engineVersion: string) =>
      planServing(llama, { engine: 'transformers', engineVersion, promptTokens: 4096 }).activationBytes
    expect(activations('4.38')).toBe(4096 * 128_256 * 6)
    expect(activations('5.17')).toBeLessThan(activations('4.38') / 4)
  })

  it.each([
    ['vllm', '0.9', 'card'],
    ['tgi', '3.3', 'card'],
    ['tgi', '3.1', 'free'],
    ['tensorrt-llm', '1.2', 'free'],
  ] as const)('take a share of the card or of what is free: %s %s', (engine, engineVersion, of) => {
    const plan = planServing(llama, { engine, engineVersion, gpu: 'a100-80gb', memoryUtilization: 0.5 })
    const taken = plan.weightBytes + plan.activationBytes + plan.otherBytes
    const { memoryBytes } = plan.gpu
    const budget = of === 'card' ? memoryBytes * 0.5 - taken : (memoryBytes - taken) * 0.5
    expect(Math.abs(plan.cacheBytes - budget)).toBeLessThanOrEqual(1)
  })

  it('refuse a version that is older than all that are known, or none', () => {
    expect(() => planServing(llama, { engineVersion: '0.1' })).toThrow('`engineVersion` should be 0.2 or newer')
    expect(() => planServing(llama, { engineVersion: 'latest' })).toThrow('a version such as 0.11')
  })

  it.each(ENGINES)('give what adds up to no more than the card: %s', (engine) => {
    const plan = planServing(llama, { engine, contextTokens: 8192 })
    // 32 MiB of cosines and sines in 16 bits, for 131,072 positions; SGLang keeps them in 32.
    const tables = { vllm: 2, sglang: 4 }[engine as string] ?? 0
    expect(plan.weightBytes).toBe(2 * totalParameters(llama) + 131_072 * 128 * tables)
    expect(plan.weightBytes + plan.cacheBytes + plan.otherBytes).toBeLessThanOrEqual(plan.gpu.memoryBytes)
    expect(plan.fits).toBe(true)
    expect(plan.sources.length).toBeGreaterThan(0)
  })
})

describe('what fits', () => {
  it('is the longest context and the most sequences: one more does not fit', () => {
    const options = { gpu: 'l4', contextTokens: 8192, concurrency: 2, maxBatchSequences: 64 } as const
    const { largestContextTokens, largestConcurrency } = planServing(llama, options)
    expect(planServing(llama, { ...options, contextTokens: largestContextTokens }).fits).toBe(true)
    expect(planServing(llama, { ...options, contextTokens: largestContextTokens + 16 }).fits).toBe(false)
    expect(planServing(llama, { ...options, concurrency: largestConcurrency }).fits).toBe(true)
    expect(planServing(llama, { ...options, concurrency: largestConcurrency + 1 }).fits).toBe(false)
  })

  it('is said of the smallest GPU, and why the others are too small', () => {
    const plan = planServing(llama, { gpu: 't4', contextTokens: 8192 })
    expect(plan.fits).toBe(false)
    expect(plan.smallestGpu).toMatch(/24gb|32gb/)
    expect(plan.tooSmall.map(({ gpu }) => gpu)).toContain('t4-16gb')
    expect(plan.tooSmall[0]?.reason).toMatch(/GiB/)
  })

  it('can be changed, the cheapest change first, and every change helps', () => {
    const options = { gpu: 'l4', contextTokens: 131_072 } as const
    const { changes } = planServing(llama, options)
    expect(changes[0]?.change).toMatch(/^a context of at most/)
    for (const change of changes)
      expect(planServing(llama, { ...options, ...change.options }).fits, change.change).toBe(true)
  })

  it('needs at least the smallest share that is stated', () => {
    const options = { contextTokens: 8192, concurrency: 4 } as const
    const { smallestMemoryUtilization: share = 1 } = planServing(llama, options)
    expect(planServing(llama, { ...options, memoryUtilization: share }).fits).toBe(true)
    expect(planServing(llama, { ...options, memoryUtilization: share - 0.01 }).fits).toBe(false)
  })

  it('grows with copies of the model', () => {
    const one = planServing(llama, { contextTokens: 8192 })
    const four = planServing(llama, { contextTokens: 8192, dataParallel: 4 })
    expect(four.largestConcurrency).toBe(4 * one.largestConcurrency)
    expect(four.gpus).toBe(4)
  })

  it('needs room for adapters and a draft', () => {
    const plain = planServing(llama).weightBytes
    const attention = 4096 * (4096 * 2 + 1024 * 2)
    const layer = attention + 3 * 4096 * 14_336
    const more = (options: ServingOptions) => planServing(llama, options).weightBytes - plain
    expect(more({ draft: { kind: 'eagle' } })).toBe(2 * (layer + 2 * 4096 * 4096))
    expect(more({ draft: { kind: 'mtp' } })).toBe(2 * (layer + 2 * 4096 + 2 * 4096 * 4096))
    const wide = 4096 * (4096 + 2 * 1024)
    expect(more({ draft: { kind: 'eagle3' } })).toBe(2 * (layer + wide + 3 * 4096 * 4096 + 32_000 * 4096))
    expect(more({ draft: { kind: 'ngram' } })).toBe(0)
  })

  it('has drafts of EAGLE in 16 bits beside a model in fewer', () => {
    const more = (kind: 'eagle' | 'mtp') => {
      const bytes = (options: ServingOptions) => planServing(llama, { ...options, precision: 'int4' }).weightBytes
      return bytes({ draft: { kind } }) - bytes({})
    }
    expect(more('eagle')).toBeGreaterThan(2 * more('mtp'))
  })

  it('has A and B of each adapter, divided like the layer that they adapt', () => {
    const plain = (options: ServingOptions) => planServing(llama, { ...options, engine: 'sglang' }).weightBytes
    const more = (options: ServingOptions) => plain({ ...options, loraSlots: 3, loraRank: 8 }) - plain(options)
    const [hidden, kv, ffn] = [4096, 1024, 14_336]
    // Queries and output, keys and values, gate and up, down.
    const whole = 32 * (4 * hidden + 2 * (hidden + kv) + 3 * (hidden + ffn))
    expect(more({})).toBe(3 * 8 * 2 * whole)
    const [q, k, up] = [hidden + hidden / 4, hidden + kv / 4, hidden + ffn / 4]
    const [output, down] = [hidden / 4 + hidden, ffn / 4 + hidden]
    expect(more({ tensorParallel: 4 })).toBe(3 * 8 * 2 * 32 * (q + 2 * k + output + 2 * up + down))
  })

  it('has adapters for embeddings, the head and every expert in vLLM', () => {
    const mixture = architectureFromConfig({ model_type: 'qwen3_moe', num_hidden_layers: 2 })
    const { hiddenSize, vocabSize, moe } = mixture.dimensions
    const more = (engine: 'vllm' | 'sglang') =>
      planServing(mixture, { engine, loraSlots: 1 }).weightBytes - planServing(mixture, { engine }).weightBytes
    const experts = 2 * (moe?.experts ?? 0) * 3 * (hiddenSize + (moe?.expertFfnSize ?? 0))
    expect(more('vllm') - more('sglang')).toBe(16 * 2 * (experts + 2 * (vocabSize + hiddenSize)))
  })
})

describe('what cannot be', () => {
  it.each([
    [{ contextTokens: 0 }, 'contextTokens'],
    [{ concurrency: 1.5 }, 'concurrency'],
    [{ gpu: 'abacus' }, 'unknown GPU'],
    [{ tensorParallel: 3 }, 'should divide the 32 attention heads'],
    [{ expertParallel: 2 }, 'mixtures of experts'],
    [{ pipelineParallel: 33 }, 'at most 32'],
    [{ engine: 'llama.cpp', tensorParallel: 2 }, 'pipelineParallel'],
    [{ engine: 'llama.cpp', maxBatchSequences: 8 }, 'give `concurrency` instead'],
    [{ engine: 'llama.cpp', cacheDtype: 'fp8' }, '"q8_0" and "q4_0" are its types'],
    [{ engine: 'llama.cpp', cacheBytes: 1 }, 'no cache in fp8'],
    [{ engine: 'llama.cpp', precision: 'nf4' }, 'types of ggml'],
    [{ engine: 'llama.cpp', draft: { kind: 'mtp' } }, 'llama.cpp has "ngram", not "mtp"'],
    [{ engine: 'transformers', chunkTokens: 512 }, 'the whole prompt at once'],
    [{ engine: 'tgi', maxBatchSequences: 8 }, 'leave it out'],
    [{ engine: 'tgi', draft: { kind: 'eagle' } }, 'not "eagle"'],
    [{ cacheDtype: 'q8_0' }, 'no cache in q8_0'],
    [{ cacheDtype: 'fp8', cacheBytes: 2 }, 'two names of one thing'],
    [{ loraRank: 8 }, 'give `loraSlots` too'],
    [{ contextTokens: 100, promptTokens: 80, answerTokens: 21 }, 'at least 101'],
    [{ images: 1 }, 'has no encoder of them'],
  ] as const)('is refused: %j', (options, words) => {
    expect(() => planServing(llama, options)).toThrow(RangeError)
    expect(() => planServing(llama, options)).toThrow(words)
  })

  it('is a precision or an engine that is not known', () => {
    expect(() => planServing(llama, { precision: 'int3' as 'int4' })).toThrow(TypeError)
    expect(() => planServing(llama, { engine: 'vlm' as 'vllm' })).toThrow('did you mean "vllm"?')
  })
})

describe('every family', () => {
  it.each(some(modelTypes()))(
    'has a plan of finite numbers with every engine, or an error of its own: %s',
    (family) => {
      for (const engine of ENGINES) {
        try {
          const plan = planServing(architectureFromConfig({ model_type: family }), { engine, contextTokens: 512 })
          for (const bytes of [
            plan.weightBytes,
            plan.cacheBytesPerToken,
            plan.stateBytesPerSequence,
            plan.activationBytes,
          ])
            expect(Number.isFinite(bytes) && bytes >= 0, `${engine}`).toBe(true)
          expect(plan.cacheBytesPerToken + plan.stateBytesPerSequence > 0 || plan.cacheTokens === 0).toBe(true)
        } catch (error) {
          expect(error instanceof CheckpointError || error instanceof RangeError, String(error)).toBe(true)
        }
      }
    },
  )

  it('fits with more memory, and with less context, if it fits at all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ENGINES),
        fc.constantFrom(...GPUS.map(({ name }) => name)),
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 1, max: 64 }),
        (engine, gpu, contextTokens, concurrency) => {
          const options = { engine, gpu, contextTokens, concurrency } as const
          const plan = planServing(llama, options)
          if (!plan.fits) return
          expect(plan.headroomBytes).toBeGreaterThanOrEqual(0)
          expect(planServing(llama, { ...options, contextTokens: Math.ceil(contextTokens / 2) }).fits).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})

/** Configs of hybrids whose defaults have one kind of layer. */
const MIXED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  granitemoehybrid: { layer_types: ['mamba', 'attention'], num_hidden_layers: 2 },
  lfm2: { full_attn_idxs: [2], num_hidden_layers: 4 },
  bamba: { attn_layer_indices: [3] },
}

/** The classes that write tokens. */
const WRITES = /ForCausalLM|LMHeadModel|ForConditionalGeneration|Generation|^InternVLChatModel$|^MiniCPMV$|MTModel$/

/** Families whose class could write, but only reads unless the config says otherwise (`is_decoder`; XLNet's `mem_len`). */
const READERS = ['bert', 'camembert', 'data2vec-text', 'electra', 'roberta', 'xlm-roberta', 'xlnet']

function planOrNot(config: Readonly<Record<string, unknown>>) {
  try {
    return planServing(architectureFromConfig(config), { contextTokens: 512 })
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof RangeError) return undefined
    throw error
  }
}
