import { jointNorms, llamaAttention } from '../blocks/attention.js'
import { postNormLayer } from '../blocks/decoder-layer.js'
import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { EXPERTS_BY_SOFTMAX } from '../expert-plan.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** FlexOlmo (Shi et al. 2025, arXiv:2507.07024): OLMo 2's layers with experts that were trained apart. */
export const flexOlmo = decoderFamily({
  modelType: 'flex_olmo',
  name: 'FlexOlmo',
  attributeMap: { num_local_experts: 'num_experts' },
  defaults: {
    vocab_size: 100_352,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => llamaAttention(sizes, config, jointNorms(sizes)),
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_experts', 7),
      expertsPerToken: config.integer('num_experts_per_tok', 5),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      block: expertsBlock('FlexOlmoSparseMoeBlock', {
        gate: linear(sizes.hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp(sizes)),
      }),
    }
  },
  layer: postNormLayer,
  forward: (config) => ({
    masks: { size: 'forAllSequences' },
    rotation: { features: 'all', float32: 'tables' },
    norm: 'rmsNormFloat32Product',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { normalised: config.boolean('norm_topk_prob', false) },
    },
  }),
  undivided: NOT_REPLAYED,
  expertPlan: EXPERTS_BY_SOFTMAX,
})
