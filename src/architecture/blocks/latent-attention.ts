import { type Children, container, type Module } from '../module.js'
import { linear } from './linear.js'
import { rmsNorm } from './norm.js'

/** The sizes of multi-head latent attention. */
export interface LatentAttentionOptions {
  readonly hiddenSize: number
  readonly heads: number
  /** Width of the bottleneck of the queries; absent: one projection without a bottleneck. */
  readonly queryRank: number | undefined
  /** Width of the latent vector that stands for keys and values in the cache. */
  readonly kvRank: number
  /** Features of a head's queries and keys that rope turns; those of the keys are the same for all heads. */
  readonly ropeHeadDim: number
  /** Features of a head's queries and keys that rope leaves alone. */
  readonly plainHeadDim: number
  readonly valueHeadDim: number
  /** Features of a head's queries and keys. Default: those that rope turns and those that it leaves alone. */
  readonly queryHeadDim?: number
  /** Biases of the ways into the bottlenecks and of the output. */
  readonly bias: boolean
  /** What else the family puts into the block. */
  readonly also?: Children
  readonly type: string
}

/** Multi-head latent attention (DeepSeek-AI 2024, arXiv:2405.04434): keys and values come out of one narrow vector. */
export function latentAttention(options: LatentAttentionOptions): Module {
  const { hiddenSize, heads, queryRank, kvRank, ropeHeadDim, plainHeadDim, valueHeadDim, bias } = options
  const queryFeatures = heads * (options.queryHeadDim ?? plainHeadDim + ropeHeadDim)
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
      ...options.also,
      o_proj: linear(heads * valueHeadDim, hiddenSize, { bias }),
    },
    { part: 'attention' },
  )
}
