import { container, type Module } from '../module.js'

/** The parts of a decoder layer, independent of where its norms are. */
export interface DecoderLayerParts {
  readonly norm: Module
  readonly attention: Module
  /** The feed-forward network, or the experts instead. */
  readonly mlp: Module | undefined
}

/** A layer that normalises the input of each block: `x + attention(norm(x))`, then `x + mlp(norm(x))`. */
export function preNormLayer(type: string, { norm, attention, mlp }: DecoderLayerParts): Module {
  return container(type, { self_attn: attention, mlp, input_layernorm: norm, post_attention_layernorm: norm })
}

/** The same layer with the experts under the name `block_sparse_moe`. */
export function blockSparseLayer(type: string, { norm, attention, mlp }: DecoderLayerParts): Module {
  return container(type, {
    self_attn: attention,
    block_sparse_moe: mlp,
    input_layernorm: norm,
    post_attention_layernorm: norm,
  })
}

/** A layer that normalises the output of each block: `x + norm(attention(x))`, then `x + norm(mlp(x))`. */
export function postNormLayer(type: string, { norm, attention, mlp }: DecoderLayerParts): Module {
  return container(type, {
    self_attn: attention,
    mlp,
    post_attention_layernorm: norm,
    post_feedforward_layernorm: norm,
  })
}

/** A layer that normalises both: `x + norm(attention(norm(x)))`, then `x + norm(mlp(norm(x)))`. */
export function sandwichLayer(type: string, { norm, attention, mlp }: DecoderLayerParts): Module {
  return container(type, {
    self_attn: attention,
    mlp,
    input_layernorm: norm,
    post_attention_layernorm: norm,
    pre_feedforward_layernorm: norm,
    post_feedforward_layernorm: norm,
  })
}

/** A layer whose blocks run in parallel on one normalised input: `x + attention(norm(x)) + mlp(norm(x))`. */
export function parallelLayer(type: string, { norm, attention, mlp }: DecoderLayerParts): Module {
  return container(type, { self_attn: attention, mlp, input_layernorm: norm })
}
