import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, type Shape } from '../module.js'
import { linear } from './linear.js'
import { rmsNorm } from './norm.js'

/** The sizes of an attention block with four projections: queries, keys, values and output. */
export interface AttentionOptions {
  readonly hiddenSize: number
  readonly heads: number
  /** Fewer than `heads` in grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245). */
  readonly kvHeads: number
  /** Features of one head: `hiddenSize / heads` in most families, unless the config sets it. */
  readonly headDim: number
  /** Biases of the projections of queries, keys and values. Default: no. */
  readonly qkvBias?: boolean
  /** Bias of the output projection. Default: no. */
  readonly outputBias?: boolean
  /** Other modules that the family adds to the block, such as norms of queries and keys. */
  readonly also?: Children
  /** Parameters of the block itself, such as attention sinks. */
  readonly parameters?: Readonly<Record<string, Shape>>
  /** The family's name for the output projection. Default: `o_proj`. */
  readonly outputName?: string
  /** Whether the class makes the projection of queries behind those of keys and values, as fairseq does. Default: before them. */
  readonly queriesLast?: boolean
  /** The family's name for the module. */
  readonly type?: string
}

/** Multi-head attention (Vaswani et al. 2017, arXiv:1706.03762) with `q_proj`, `k_proj`, `v_proj` and `o_proj`. */
export function attention(options: AttentionOptions): Module {
  const { hiddenSize, heads, kvHeads, headDim, qkvBias = false, outputBias = false, queriesLast = false } = options
  const queries = { q_proj: linear(hiddenSize, heads * headDim, { bias: qkvBias }) }
  return container(
    options.type ?? 'Attention',
    {
      ...(!queriesLast && queries),
      k_proj: linear(hiddenSize, kvHeads * headDim, { bias: qkvBias }),
      v_proj: linear(hiddenSize, kvHeads * headDim, { bias: qkvBias }),
      ...(queriesLast && queries),
      [options.outputName ?? 'o_proj']: linear(heads * headDim, hiddenSize, { bias: outputBias }),
      ...options.also,
    },
    { part: 'attention', ...(options.parameters && { parameters: options.parameters }) },
  )
}

/** The sizes of an attention block whose queries, keys and values come from one projection. */
export interface FusedAttentionOptions
  extends Pick<AttentionOptions, 'hiddenSize' | 'heads' | 'kvHeads' | 'headDim' | 'qkvBias' | 'outputBias' | 'type'> {
  /** The family's names for the two projections. Default: `qkv_proj` and `o_proj`. */
  readonly names?: readonly [qkv: string, output: string]
  /** Whether the class makes the output projection first, as Phi-3's does. Default: no. */
  readonly outputFirst?: boolean
}

/** Attention with one projection for queries, keys and values, side by side. */
export function fusedAttention(options: FusedAttentionOptions): Module {
  const { hiddenSize, heads, kvHeads, headDim, qkvBias = false, outputBias = false } = options
  const [qkv, output] = options.names ?? ['qkv_proj', 'o_proj']
  const inputs = { [qkv]: linear(hiddenSize, (heads + 2 * kvHeads) * headDim, { bias: qkvBias }) }
  const outputs = { [output]: linear(heads * headDim, hiddenSize, { bias: outputBias }) }
  const projections = options.outputFirst ? { ...outputs, ...inputs } : { ...inputs, ...outputs }
  return container(options.type ?? 'Attention', projections, { part: 'attention' })
}

/** Llama's attention, with biases if `attention_bias` is set, and any other modules that the family adds. */
export function llamaAttention(sizes: AttentionOptions, config: ConfigReader, also: Children = {}): Module {
  const bias = config.boolean('attention_bias', false)
  return attention({ ...sizes, qkvBias: bias, outputBias: bias, also })
}

/** Norms of each head's queries and keys, under their usual names. */
export function headNorms({ headDim }: Pick<AttentionOptions, 'headDim'>): Children {
  return { q_norm: rmsNorm(headDim), k_norm: rmsNorm(headDim) }
}

/** Norms over the queries of all heads together, and over their keys. */
export function jointNorms({ heads, kvHeads, headDim }: AttentionOptions): Children {
  return { q_norm: rmsNorm(heads * headDim), k_norm: rmsNorm(kvHeads * headDim) }
}

/**
 * The attention of Qwen's hybrid models: the query projection also computes a gate for each feature of the output.
 */
export function gatedAttention(sizes: AttentionOptions, config: ConfigReader): Module {
  const { hiddenSize, heads, headDim } = sizes
  const q_proj = linear(hiddenSize, 2 * heads * headDim, { bias: config.boolean('attention_bias', false) })
  return llamaAttention(sizes, config, { q_proj, ...headNorms(sizes) })
}
