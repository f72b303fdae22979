import { attention } from '../blocks/attention.js'
import { expertsBlock, fusedExpertsTransposed, router } from '../blocks/experts.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { EXPERTS_BY_LARGEST } from '../expert-plan.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * gpt-oss (OpenAI 2025, arXiv:2508.10925): biases everywhere, an attention sink for each head, the experts of a layer
 * in a few tensors.
 */
export const gptOss = decoderFamily({
  modelType: 'gpt_oss',
  liger: { keeps: ['gates'], isUnrecorded: true },
  needsWindow: 'always',
  name: 'GptOss',
  attributeMap: { num_experts: 'num_local_experts' },
  defaults: {
    vocab_size: 201_088,
    hidden_size: 2880,
    intermediate_size: 2880,
    num_hidden_layers: 36,
    num_attention_heads: 64,
    num_key_value_heads: 8,
    head_dim: 64,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: (config, layers) => windowOf(layerTypes(config, layers, slidingBut(2)), slidingWindow(config, 128)),
  attention(sizes, config) {
    const bias = config.boolean('attention_bias', true)
    return attention({ ...sizes, qkvBias: bias, outputBias: bias, parameters: { sinks: [sizes.heads] } })
  },
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_local_experts', 128),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      block: expertsBlock('GptOssMLP', {
        router: router(routing.experts, sizes.hiddenSize, { bias: true }),
        experts: fusedExpertsTransposed({ ...sizes, ...routing }, { bias: true }),
      }),
    }
  },
  keptInFloat32: ['post_attention_layernorm', 'input_layernorm', 'norm'],
  keepsFloat32: 'inFloat16',
  forward: () => ({
    rotation: { features: 'all', pairs: 'halvesApart' },
    norm: 'rmsNormFloat32Product',
    attention: { eagerOnly: true },
    feedForward: { activation: 'sigmoid', mixture: { router: 'softmaxOfLargest' } },
  }),
  undivided:
    'transformers 4.57.6, as which it is estimated, stops in training at the bias of `o_proj`, and 5.24.0 divides embedding and head alone',
  expertPlan: EXPERTS_BY_LARGEST,
})
