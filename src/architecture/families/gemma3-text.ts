import { headNorms, llamaAttention } from '../blocks/attention.js'
import { sandwichLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { hasLimit } from '../forward/limits.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Gemma 3's language model (Gemma team 2025, arXiv:2503.19786): Gemma 2 with norms of each head's queries and keys,
 * and a window in five layers of six.
 */
export const gemma3Text = decoderFamily({
  modelType: 'gemma3_text',
  liger: { norms: 'beside' },
  needsWindow: 'always',
  name: 'Gemma3',
  defaults: {
    vocab_size: 262_208,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 131_072,
    tie_word_embeddings: true,
  },
  modelName: 'Gemma3TextModel',
  // The limit already includes the scaling of rope.
  sizes: (sizes, config) => ({ ...sizes, contextTokens: config.integer('max_position_embeddings', 131_072) }),
  attentionPattern(config, layers) {
    const types = layerTypes(config, layers, slidingBut(config.integer('sliding_window_pattern', 6)))
    return windowOf(types, slidingWindow(config, 4096))
  },
  attention: (sizes, config) => llamaAttention(sizes, config, headNorms(sizes)),
  mlp: gatedMlp,
  layer: sandwichLayer,
  forward: (config) => ({
    embedding: 'scaled',
    rotation: { features: 'all', tables: 'both' },
    norm: 'rmsNormPlusOne',
    masks: {
      unusedWindow: slidingWindow(config, 4096),
      given: config.boolean('use_bidirectional_attention', false) ? 'seesLater' : 'never',
    },
    attention: {
      headNorms: 'allProjected',
      cappedScores: hasLimit(config, 'attn_logit_softcapping', false),
    },
    feedForward: { activation: config.string('hidden_activation', 'gelu') },
    logits: { form: hasLimit(config, 'final_logit_softcapping', false) ? 'capped' : 'plain' },
  }),
  loraTargets: ['q_proj', 'v_proj'],
  tensorPlan: PLAN,
})
