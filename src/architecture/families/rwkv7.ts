import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container, listOfAlike, type Module } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** RWKV 7 (Peng et al. 2025, arXiv:2503.14456), in the classes of flash-linear-attention: a delta rule with low-rank gates. */
export const rwkv7 = headedFamily({
  modelType: 'rwkv7',
  name: 'RWKV7',
  prefix: 'model',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 2048,
    num_hidden_layers: 24,
    num_attention_heads: 1,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, tiedEmbeddings } = sizes
    const ffnSize = config.derived('intermediate_size', innerSize(config, hiddenSize))
    const bias = config.boolean('norm_bias', true)
    const norm = layerNorm(hiddenSize, { bias })
    const values = config.raw('value_dim')
    const widths = Array.isArray(values) ? config.integers('value_dim') : undefined
    const widthOf = (index: number): number => widths?.[index] ?? config.integer(widths ? [] : 'value_dim', hiddenSize)
    const normFirst = config.boolean('norm_first', true)
    const block = (index: number): Module =>
      container('RWKV7Block', {
        pre_norm: normFirst && index === 0 ? norm : undefined,
        attn_norm: norm,
        attn: timeMix(config, { hiddenSize, valueSize: widthOf(index), isFirst: index === 0 }),
        ffn_norm: norm,
        ffn: container(
          'RWKV7FeedForward',
          { key: linear(hiddenSize, ffnSize), value: linear(ffnSize, hiddenSize) },
          { part: 'mlp', state: { elements: hiddenSize }, parameters: { x_k: [hiddenSize] } },
        ),
      })
    const dimensions = {
      ...{
        layers,
        hiddenSize,
        heads: 0,
        kvHeads: 0,
        ffnHiddenSize: ffnSize,
        vocabSize,
        tiedEmbeddings,
        gatedMlp: false,
      },
      contextTokens: config.integer('max_position_embeddings', 2048),
    }
    return {
      model: container('RWKV7Model', {
        embeddings: embedding(vocabSize, hiddenSize),
        layers: listOfAlike(layers, (index) => `${index === 0} ${widthOf(index)}`, block),
        norm,
      }),
      heads: { ForCausalLM: { lm_head: outputEmbedding(dimensions, 'model.embeddings') } },
      dimensions,
    }
  },
  undescribed:
    'its class is that of flash-linear-attention, whose Triton kernels compute nearly all of it and choose their blocks on the GPU; measure a step with torch.cuda.max_memory_allocated',
  loraTargets: ['r_proj', 'k_proj', 'v_proj', 'o_proj', 'key', 'value'],
})

/** The width of the feed-forward network: the hidden size times a ratio, rounded up to a multiple of 32. */
function innerSize(config: ConfigReader, hiddenSize: number): number {
  return 32 * Math.floor((Math.trunc(hiddenSize * config.number('hidden_ratio', 4)) + 31) / 32)
}

function timeMix(
  config: ConfigReader,
  {
    hiddenSize,
    valueSize,
    isFirst,
  }: { readonly hiddenSize: number; readonly valueSize: number; readonly isFirst: boolean },
): Module {
  const headDim = headSize(config, hiddenSize)
  const heads = Math.floor(hiddenSize / headDim)
  const square = linear(hiddenSize, hiddenSize)
  const rank = (name: string, absent: number): number => config.integer(`${name}_low_rank_dim`, absent)
  const mix = [1, 1, hiddenSize]
  return container(
    'RWKV7Attention',
    {
      r_proj: square,
      k_proj: square,
      v_proj: linear(hiddenSize, valueSize),
      o_proj: linear(valueSize, hiddenSize),
      w_lora: lowRank(hiddenSize, rank('decay', 64), hiddenSize),
      // The first layer's values are those that later layers mix in.
      v_lora: isFirst ? undefined : lowRank(hiddenSize, rank('v', 16), valueSize),
      a_lora: lowRank(hiddenSize, rank('a', 64), hiddenSize),
      g_lora: lowRank(hiddenSize, rank('gate', 128), valueSize, { bias: false }),
      g_norm: layerNorm(valueSize),
    },
    {
      part: 'recurrence',
      // A matrix for each head, and the last token.
      state: { elements: headDim * valueSize + hiddenSize },
      parameters: {
        ...{ x_r: mix, x_w: mix, x_k: mix, x_v: mix, x_a: mix, x_g: mix },
        ...{ k_k: [hiddenSize], k_a: [hiddenSize], r_k: [heads, headDim] },
      },
    },
  )
}

/** The features of a head; from the number of heads where the config states that alone. */
function headSize(config: ConfigReader, hiddenSize: number): number {
  const heads = config.optionalInteger('num_heads')
  return config.isNull('head_dim') && heads ? Math.floor(hiddenSize / heads) : config.positive('head_dim', 64)
}

/** Two linear layers with an activation between them. */
function lowRank(inFeatures: number, rank: number, outFeatures: number, { bias = true } = {}): Module {
  const items = [
    { indices: [0], module: linear(inFeatures, rank) },
    { indices: [2], module: linear(rank, outFeatures, { bias }) },
  ]
  return container('LoRA', { lora: { type: 'Sequential', items } })
}
