import { describe, expect, it } from 'vitest'
import {
  architectureFromConfig,
  type ConfigObject,
  type Parameter,
  parameters,
  totalParameters,
} from '../../../src/architecture/index.js'
import { modelSpecFromConfig } from '../../../src/checkpoint/index.js'
import { readCheckpoint } from '../../../src/checkpoint/read/index.js'
import { estimateMemory, planServing, type WeightPrecision } from '../../../src/estimate/index.js'
import { storedWeights } from '../../../src/estimate/serving/weights/stored-weights.js'
import { weightStorage } from '../../../src/estimate/serving/weights/weight-storage.js'

const GIB = 2 ** 30
const LLAMA = {
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 11_008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  vocab_size: 32_000,
  tie_word_embeddings: false,
}

function weightsOf(config: ConfigObject, precision?: WeightPrecision) {
  const model = architectureFromConfig(config)
  return storedWeights(model, weightStorage(model, { precision })).total
}

describe('the weights of a GGUF file', () => {
  // Sizes of published files of Llama 2 7B. The rest is the header, with the vocabulary: 0.74 MB.
  it.each([
    ['q8_0', 7_161_089_728],
    ['q6_k', 5_529_194_176],
    ['q5_k_m', 4_783_156_928],
    ['q5_k_s', 4_651_691_712],
    ['q4_k_m', 4_081_004_224],
    ['q4_k_s', 3_856_740_032],
    ['q4_0', 3_825_807_040],
    ['q3_k_l', 3_597_111_232],
    ['q3_k_m', 3_298_004_672],
  ] as const)('are those of the published file: %s', (mix, bytes) => {
    expect(bytes - weightsOf(LLAMA, mix)).toBeGreaterThan(0)
    expect(bytes - weightsOf(LLAMA, mix)).toBeLessThan(1e6)
  })
})

describe('the weights of a quantised checkpoint', () => {
  it('count experts in one tensor in their bits', () => {
    const ownMxfp4 = { model_type: 'gpt_oss', quantization_config: { quant_method: 'mxfp4' } }
    // The files of gpt-oss-120b hold 60.8 GiB.
    expect(weightsOf({ ...ownMxfp4, ...GPT_OSS }) / GIB).toBeCloseTo(60.77, 1)
    expect(weightsOf(GPT_OSS) / GIB).toBeGreaterThan(217)
  })

  it.each(['minimax_m2', 'deepseek_v32', 'qwen3_5_moe', 'granitemoe', 'llama4', 'dbrx', 'gpt_oss', 'mixtral', 'jamba'])(
    'count the experts of %s in eight bits, wherever they are',
    (family) => {
      const config = { model_type: family }
      const total = totalParameters(architectureFromConfig(config))
      expect(weightsOf(config, 'fp8') / total).toBeLessThan(1.35)
      expect(weightsOf(config, 'int4') / total).toBeLessThan(1)
    },
  )

  it('are as the config says, wherever it says it', () => {
    const awq = { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true }
    const whole = weightsOf({ ...LLAMA, quantization_config: awq })
    expect(whole).toBe(weightsOf(LLAMA, 'int4'))
    expect(weightsOf({ ...LLAMA, quantization: { group_size: 64, bits: 4 } })).toBeGreaterThan(whole)
    expect(weightsOf({ ...LLAMA, quantization_config: { ...awq, group_size: 32 } })).toBeGreaterThan(whole)
  })

  it('leave the modules as they are that the config excludes', () => {
    const fp8 = (more: ConfigObject) =>
      weightsOf({ ...LLAMA, quantization_config: { quant_method: 'fp8', ...more } }) - weightsOf(LLAMA, 'fp8')
    const scales = 32 * 4096 * 4
    expect(fp8({})).toBe(0)
    expect(fp8({ modules_to_not_convert: ['o_proj'] })).toBe(32 * 4096 * 4096 - scales)
    expect(fp8({ modules_to_not_convert: ['model.layers.3.self_attn.o_proj'] })).toBe(4096 * 4096 - scales / 32)
    expect(fp8({ ignore: ['re:.*o_proj$'] })).toBe(32 * 4096 * 4096 - scales)
    expect(fp8({ exclude_modules: ['*self_attn.o_proj'] })).toBe(32 * 4096 * 4096 - scales)
  })

  it('are what a ModelSpec says', () => {
    const config = { ...LLAMA, quantization_config: { quant_method: 'fp8' } }
    const bytesOf = (model: Parameters<typeof estimateMemory>[0]) =>
      estimateMemory(model, { method: 'inference', sequenceLength: 64 }).parts.parameters
    expect(bytesOf(modelSpecFromConfig(config).spec)).toBe(weightsOf(config))
    expect(bytesOf(architectureFromConfig(config))).toBe(weightsOf(config))
  })
})

describe('the weights of a checkpoint that was read', () => {
  it('are those in the headers of its files, to the byte, without what the model does not load', async () => {
    const small = { hidden_size: 64, intermediate_size: 128, num_attention_heads: 4, num_key_value_heads: 4 }
    const config = { ...LLAMA, ...small, vocab_size: 100, num_hidden_layers: 1, torch_dtype: 'bfloat16' }
    const names = [...parameters(architectureFromConfig(config))]
    const tensors = [...names, { name: 'model.layers.1.mtp.weight', shape: [8, 8] }]
    const checkpoint = await readCheckpoint(filesOf(config, tensors))
    const { parts, assumptions } = estimateMemory(checkpoint, { method: 'inference', sequenceLength: 16 })
    expect(parts.parameters).toBe(2 * totalParameters(architectureFromConfig(config)))
    expect(assumptions[0]).toBe('weights in bfloat16, like the checkpoint')
    expect(planServing(checkpoint, { contextTokens: 64 }).assumptions).toContain(
      'weights are those in the headers of the files',
    )
  })

  it('are as ModelOpt says in its own file', async () => {
    const files = filesOf(LLAMA, [])
    files.set('hf_quant_config.json', new Blob([JSON.stringify({ quantization: { quant_algo: 'NVFP4' } })]))
    expect(planServing(await readCheckpoint(files)).precision).toBe('nvfp4')
  })
})

/** The files of a checkpoint in bfloat16; without tensors, its config alone. */
function filesOf(config: ConfigObject, tensors: readonly Pick<Parameter, 'name' | 'shape'>[]): Map<string, Blob> {
  const files = new Map([['config.json', new Blob([JSON.stringify(config)])]])
  if (tensors.length === 0) return files
  let at = 0
  const header = JSON.stringify(
    Object.fromEntries(
      tensors.map(({ name, shape }) => {
        const from = at
        at += 2 * shape.reduce((product, size) => product * size, 1)
        return [name, { dtype: 'BF16', shape, data_offsets: [from, at] }]
      }),
    ),
  )
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(header.length), true)
  return files.set('model.safetensors', new Blob([length.buffer, header, new Uint8Array(at)]))
}

describe('the weights on one of several GPUs', () => {
  const share = (config: ConfigObject, layout: { tensor?: number; pipeline?: number; expert?: number }) => {
    const model = architectureFromConfig(config)
    const storage = weightStorage(model, { precision: 'bfloat16' })
    return storedWeights(model, storage, { tensor: 1, pipeline: 1, expert: 1, ...layout }).perGpu
  }

  it('are those that vLLM logs for Llama 3 8B on two: 7.48 GiB', () => {
    const llama3 = { ...LLAMA, intermediate_size: 14_336, num_key_value_heads: 8, vocab_size: 128_256 }
    expect(share(llama3, { tensor: 2 }) / GIB).toBeCloseTo(7.48, 2)
  })

  it('repeat the heads of keys and values where there are more GPUs than heads', () => {
    const four = { ...LLAMA, num_key_value_heads: 4 }
    const perLayer = (2 * 4096 * 4096) / 8 + (2 * 4096 * 128 * 4) / 4 + (3 * 4096 * 11_008) / 8 + 2 * 4096
    expect(share(four, { tensor: 8 })).toBe(2 * (32 * perLayer + (2 * 32_000 * 4096) / 8 + 4096))
  })

  it('share experts, and repeat routers', () => {
    const config = { model_type: 'qwen3_moe' }
    const [one, eight] = [share(config, {}), share(config, { expert: 8 })]
    expect(eight).toBeLessThan(one / 4)
    expect(share(config, { tensor: 8 })).toBeLessThan(eight)
  })

  it('are those of the largest stage', () => {
    const [one, two] = [share(LLAMA, {}), share(LLAMA, { pipeline: 2 })]
    expect(two).toBeGreaterThan(one / 2 - 1)
    expect(two).toBeLessThan(one / 2 + 2 * 32_000 * 4096)
  })
})

const GPT_OSS = {
  model_type: 'gpt_oss',
  hidden_size: 2880,
  num_hidden_layers: 36,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  head_dim: 64,
  intermediate_size: 2880,
  num_local_experts: 128,
  num_experts_per_tok: 4,
  vocab_size: 201_088,
}
