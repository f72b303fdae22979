import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { sandwichLayer } from './decoder-layer.js'
import { clippable } from './gemma4-linear.js'
import { linear } from './linear.js'
import { rmsNorm } from './norm.js'

/** Gemma 4's image encoder (Google DeepMind 2026): layers like those of its language model, and positions in two tables. */
export function gemma4Vision(config: ConfigReader): { readonly module: Module; readonly outFeatures: number } {
  const hiddenSize = config.positive('hidden_size', 768)
  const ffnSize = config.integer('intermediate_size', 3072)
  const headDim = config.integer('head_dim', 64)
  const queries = config.positive('num_attention_heads', 12) * headDim
  const keys = config.positive('num_key_value_heads', 12) * headDim
  const attention = container(
    'Gemma4VisionAttention',
    {
      q_proj: clippable(hiddenSize, queries),
      k_proj: clippable(hiddenSize, keys),
      v_proj: clippable(hiddenSize, keys),
      o_proj: clippable(queries, hiddenSize),
      q_norm: rmsNorm(headDim),
      k_norm: rmsNorm(headDim),
    },
    { part: 'attention' },
  )
  const mlp = container(
    'Gemma4VisionMLP',
    {
      gate_proj: clippable(hiddenSize, ffnSize),
      up_proj: clippable(hiddenSize, ffnSize),
      down_proj: clippable(ffnSize, hiddenSize),
    },
    { part: 'mlp' },
  )
  const layer = sandwichLayer('Gemma4VisionEncoderLayer', { norm: rmsNorm(hiddenSize), attention, mlp })
  const positions = config.integer('position_embedding_size', 10_240)
  const module = container('Gemma4VisionModel', {
    patch_embedder: container(
      'Gemma4VisionPatchEmbedder',
      { input_proj: linear(3 * config.positive('patch_size', 16) ** 2, hiddenSize) },
      { parameters: { position_embedding_table: [2, positions, hiddenSize] } },
    ),
    encoder: container('Gemma4VisionEncoder', { layers: repeated(config.integer('num_hidden_layers', 16), layer) }),
  })
  return { module, outFeatures: hiddenSize }
}
