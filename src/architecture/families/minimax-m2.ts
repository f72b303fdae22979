import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedExperts, moeDimensions, router } from '../blocks/experts.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/**
 * MiniMax-M2 (MiniMax 2025, https://github.com/MiniMax-AI/MiniMax-M2): 256 experts in every layer; norms of all
 * queries and keys.
 */
export const minimaxM2: Family = {
  modelTypes: ['minimax_m2'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 200_064,
      hidden_size: 3072,
      intermediate_size: 1536,
      num_hidden_layers: 62,
      num_attention_heads: 48,
      num_key_value_heads: 8,
      head_dim: 128,
      max_position_embeddings: 196_608,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer(['num_experts', 'num_local_experts'], 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const layer = preNormLayer('MiniMaxM2DecoderLayer', {
      norm,
      attention: attention({
        ...sizes,
        also: {
          q_norm: rmsNorm(sizes.heads * sizes.headDim),
          k_norm: rmsNorm(sizes.kvHeads * sizes.headDim),
        },
      }),
      mlp: container(
        'MiniMaxM2SparseMoeBlock',
        { gate: router(routing.experts, sizes.hiddenSize), experts: fusedExperts({ ...sizes, ...routing }) },
        { part: 'experts' },
      ),
    })
    const moe = moeDimensions(routing, { layers: sizes.layers, ffnSize: sizes.ffnSize })
    return causalLm({
      config,
      className,
      family: 'minimax_m2',
      name: 'MiniMaxM2',
      model: decoderModel('MiniMaxM2Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, moe }),
    })
  },
}
