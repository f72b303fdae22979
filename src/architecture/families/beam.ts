import { attention, headNorms } from '../blocks/attention.js'
import { sandwichLayer } from '../blocks/decoder-layer.js'
import { fusedMixture, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Beam (2026, in transformers 5.24): experts from the fourth layer on, gates on the output of attention, and a window in five layers of six. */
export const beam = decoderFamily({
  modelType: 'beam',
  name: 'Beam',
  defaults: {
    vocab_size: 151_936,
    hidden_size: 5120,
    intermediate_size: 20_480,
    num_hidden_layers: 52,
    num_attention_heads: 48,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 8192,
    tie_word_embeddings: false,
  },
  attentionPattern: (config, layers) =>
    windowOf(
      layerTypes(config, layers, (index) =>
        (index + 1) % 6 === 0 || index === layers - 1 ? 'full_attention' : 'sliding_attention',
      ),
      slidingWindow(config, 512),
    ),
  attention(sizes, config) {
    const { hiddenSize, heads, headDim } = sizes
    const bias = config.boolean('attention_bias', false)
    return attention({
      ...sizes,
      qkvBias: bias,
      outputBias: bias,
      also: { ...headNorms(sizes), gate_proj: linear(hiddenSize, heads * headDim) },
      parameters: { gate_bias: [heads] },
    })
  },
  mlp: gatedMlp,
  layer: sandwichLayer,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.positive('num_experts', 256),
      expertsPerToken: config.positive('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 2560)
    return {
      routing,
      ffnSize,
      block: fusedMixture('BeamSparseMoeBlock', { hiddenSize, ffnSize, ...routing }),
      isSparse: sparseFrom(config, 3),
    }
  },
})
