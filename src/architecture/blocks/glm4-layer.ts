import { container, type Module } from '../module.js'
import type { DecoderLayerParts } from './decoder-layer.js'

/** GLM-4's layer: Llama's, with a norm of what comes out of each block. */
export function glm4Layer(type: string, { norm, attention, mlp }: DecoderLayerParts): Module {
  return container(type, {
    self_attn: attention,
    mlp,
    input_layernorm: norm,
    post_attention_layernorm: norm,
    post_self_attn_layernorm: norm,
    post_mlp_layernorm: norm,
  })
}
