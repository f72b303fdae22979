import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { experts, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/**
 * OLMoE (Muennighoff et al. 2024, arXiv:2409.02060): 64 small MLPs a layer, of which a token uses eight; norms of all
 * queries and keys.
 */
export const olmoe: Family = {
  modelTypes: ['olmoe'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 50_304,
      hidden_size: 2048,
      intermediate_size: 2048,
      num_hidden_layers: 16,
      num_attention_heads: 16,
      head_dim: false,
      max_position_embeddings: 4096,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const routing = {
      experts: config.integer('num_experts', 64),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const layer = preNormLayer('OlmoeDecoderLayer', {
      norm,
      attention: attention({
        ...sizes,
        qkvBias: bias,
        outputBias: bias,
        also: { q_norm: norm, k_norm: rmsNorm(sizes.kvHeads * sizes.headDim) },
      }),
      mlp: container(
        'OlmoeSparseMoeBlock',
        { gate: linear(sizes.hiddenSize, routing.experts), experts: experts(routing, gatedMlp({ ...sizes })) },
        { part: 'experts' },
      ),
    })
    const moe = moeDimensions(routing, { layers: sizes.layers, ffnSize: sizes.ffnSize })
    return causalLm({
      config,
      className,
      family: 'olmoe',
      name: 'Olmoe',
      model: decoderModel('OlmoeModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, moe }),
    })
  },
}
