import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module } from '../module.js'
import type { DecoderDefaults, DecoderSizes } from './decoder-sizes.js'
import { gatedMlp } from './gated-mlp.js'
import { linear } from './linear.js'
import { rmsNorm } from './norm.js'

/** The class defaults of the sizes of latent attention, under the names of the config's fields. */
export interface LatentDefaults {
  readonly q_lora_rank: number
  readonly kv_lora_rank: number
  readonly qk_rope_head_dim: number
  readonly qk_nope_head_dim: number
  readonly v_head_dim: number
}

/** The class defaults of DeepSeek-V2 and V3, which those of other families were copied from. */
export const DEEPSEEK_LATENT: LatentDefaults = {
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
}

/** The other class defaults of DeepSeek-V3, under the names of the config's fields. */
export const DEEPSEEK_SIZES: DecoderDefaults = {
  vocab_size: 129_280,
  hidden_size: 7168,
  intermediate_size: 18_432,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  head_dim: false,
  max_position_embeddings: 4096,
  tie_word_embeddings: false,
}

/** The sizes of latent attention. */
export interface LatentSizes {
  /** Width of the query bottleneck. Absent: one projection without a bottleneck. */
  readonly queryRank: number | undefined
  /** Width of the latent vector that the cache stores instead of keys and values. */
  readonly kvRank: number
  /** Features of a head's queries and keys that rope rotates; all heads share those of the keys. */
  readonly ropeHeadDim: number
  /** Features of a head's queries and keys that rope does not rotate. */
  readonly plainHeadDim: number
  readonly valueHeadDim: number
  /** Features of a head's queries and keys in total, rotated and not. */
  readonly queryHeadDim: number
}

/** The blocks of a decoder with latent attention, whose projections have biases if `attention_bias` is set, and gated networks. */
export function latentBlocks(type: string, defaults: LatentDefaults) {
  return {
    attention: (sizes: DecoderSizes, config: ConfigReader): Module =>
      latentAttention({
        ...sizes,
        ...latentSizes(config, defaults),
        bias: config.boolean('attention_bias', false),
        type,
      }),
    mlp: gatedMlp,
    dimensions: (_: unknown, config: ConfigReader) => ({ headDim: latentSizes(config, defaults).queryHeadDim }),
  } as const
}

/** The options of multi-head latent attention. */
export interface LatentAttentionOptions extends LatentSizes {
  readonly hiddenSize: number
  readonly heads: number
  /** Biases of the projections into the bottlenecks and of the output projection. */
  readonly bias: boolean
  /** Other modules that the family adds to the block. */
  readonly also?: Children
  readonly type: string
}

/** Reads the sizes of latent attention. If `q_lora_rank` is `null`, queries have no bottleneck. */
export function latentSizes(config: ConfigReader, defaults: LatentDefaults): LatentSizes {
  const ropeHeadDim = config.integer('qk_rope_head_dim', defaults.qk_rope_head_dim)
  const plainHeadDim = config.integer('qk_nope_head_dim', defaults.qk_nope_head_dim)
  return {
    queryRank: config.isNull('q_lora_rank') ? undefined : config.integer('q_lora_rank', defaults.q_lora_rank),
    kvRank: config.integer('kv_lora_rank', defaults.kv_lora_rank),
    ropeHeadDim,
    plainHeadDim,
    valueHeadDim: config.integer('v_head_dim', defaults.v_head_dim),
    queryHeadDim: plainHeadDim + ropeHeadDim,
  }
}

/** Multi-head latent attention (DeepSeek-AI 2024, arXiv:2405.04434): keys and values are computed from one narrow vector. */
export function latentAttention(options: LatentAttentionOptions): Module {
  const { hiddenSize, heads, queryRank, kvRank, ropeHeadDim, plainHeadDim, valueHeadDim, bias } = options
  const queryFeatures = heads * options.queryHeadDim
  const queries: Children =
    queryRank === undefined
      ? { q_proj: linear(hiddenSize, queryFeatures) }
      : {
          q_a_proj: linear(hiddenSize, queryRank, { bias }),
          q_a_layernorm: rmsNorm(queryRank),
          q_b_proj: linear(queryRank, queryFeatures),
        }
  return container(
    options.type,
    {
      ...queries,
      kv_a_proj_with_mqa: linear(hiddenSize, kvRank + ropeHeadDim, { bias }),
      kv_a_layernorm: rmsNorm(kvRank),
      kv_b_proj: linear(kvRank, heads * (plainHeadDim + valueHeadDim)),
      o_proj: linear(heads * valueHeadDim, hiddenSize, { bias }),
      ...options.also,
    },
    { part: 'attention' },
  )
}
