import { type Children, container, type Module } from '../module.js'
import { attention } from './attention.js'
import { linear } from './linear.js'
import { type LayerNormOptions, layerNorm, plainNorm } from './norm.js'

/** The sizes of a fairseq layer. */
export interface FairseqLayerOptions {
  readonly hiddenSize: number
  readonly heads: number
  readonly ffnSize: number
  /** Biases of all linear layers. Default: yes. */
  readonly bias?: boolean
  /** Whether the norms have weights. Default: yes. */
  readonly affine?: boolean
  /** Whether it has cross-attention to the encoder, like the decoder of a translation model. Default: no. */
  readonly crossAttention?: boolean
}

/**
 * A layer of the original transformer (Vaswani et al. 2017, arXiv:1706.03762) with fairseq's names: `self_attn`, optionally
 * `encoder_attn`, then `fc1` and `fc2`, with a norm before or after each block.
 */
export function fairseqLayer(type: string, options: FairseqLayerOptions): Module {
  const { hiddenSize, heads, ffnSize, bias = true, affine = true, crossAttention = false } = options
  const norm = fairseqNorm(hiddenSize, affine)
  const headDim = Math.floor(hiddenSize / heads)
  const sizes = { hiddenSize, heads, kvHeads: heads, headDim, qkvBias: bias, outputBias: bias, ...FAIRSEQ_NAMES }
  const cross: Children = crossAttention ? { encoder_attn: attention(sizes), encoder_attn_layer_norm: norm } : {}
  return container(type, {
    self_attn: attention(sizes),
    self_attn_layer_norm: norm,
    ...cross,
    fc1: { ...linear(hiddenSize, ffnSize, { bias }), part: 'mlp' },
    fc2: { ...linear(ffnSize, hiddenSize, { bias }), part: 'mlp' },
    final_layer_norm: norm,
  })
}

/** The output projection's name in fairseq, and the place of that of the queries. */
export const FAIRSEQ_NAMES = { outputName: 'out_proj', queriesLast: true } as const

/** The norm of such a layer. */
export function fairseqNorm(size: number, affine: boolean, options: LayerNormOptions = {}): Module {
  return affine ? layerNorm(size, options) : plainNorm('LayerNorm')
}
