import { type Children, container, type Module, type Shape } from '../module.js'
import { linear } from './linear.js'

/** The sizes of an attention block with a projection each for queries, keys, values and the output. */
export interface AttentionOptions {
  readonly hiddenSize: number
  readonly heads: number
  /** Fewer than `heads` where groups of queries share keys and values (Ainslie et al. 2023, arXiv:2305.13245). */
  readonly kvHeads: number
  /** Features of one head; `hiddenSize / heads` in most families, but a config may say otherwise. */
  readonly headDim: number
  /** Biases of the projections of queries, keys and values. Default: no. */
  readonly qkvBias?: boolean
  /** Bias of the output projection. Default: no. */
  readonly outputBias?: boolean
  /** What else the family puts into the block, such as norms of queries and keys. */
  readonly also?: Children
  /** Parameters of the block itself, such as attention sinks. */
  readonly parameters?: Readonly<Record<string, Shape>>
  /** What the family calls the output projection. Default: `o_proj`. */
  readonly outputName?: string
  /** What the family calls the module. */
  readonly type?: string
}

/** Multi-head attention (Vaswani et al. 2017, arXiv:1706.03762) with `q_proj`, `k_proj`, `v_proj` and `o_proj`. */
export function attention(options: AttentionOptions): Module {
  const { hiddenSize, heads, kvHeads, headDim, qkvBias = false, outputBias = false } = options
  return container(
    options.type ?? 'Attention',
    {
      q_proj: linear(hiddenSize, heads * headDim, { bias: qkvBias }),
      k_proj: linear(hiddenSize, kvHeads * headDim, { bias: qkvBias }),
      v_proj: linear(hiddenSize, kvHeads * headDim, { bias: qkvBias }),
      ...options.also,
      [options.outputName ?? 'o_proj']: linear(heads * headDim, hiddenSize, { bias: outputBias }),
    },
    { part: 'attention', ...(options.parameters && { parameters: options.parameters }) },
  )
}
