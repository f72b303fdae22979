import { sandwichLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { hasLimit } from '../forward/limits.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Gemma 2 (Gemma team 2024, arXiv:2408.00118): norms on both sides of each block, a window in every other layer. */
export const gemma2 = decoderFamily({
  modelType: 'gemma2',
  name: 'Gemma2',
  defaults: {
    vocab_size: 256_000,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  attentionPattern: (config, layers) =>
    windowOf(layerTypes(config, layers, slidingBut(2)), slidingWindow(config, 4096)),
  mlp: gatedMlp,
  layer: sandwichLayer,
  forward: (config) => ({
    embedding: 'scaledForFirstLayer',
    rotation: { features: 'all' },
    norm: 'rmsNormPlusOne',
    attention: { cappedScores: hasLimit(config, 'attn_logit_softcapping', true) },
    feedForward: { activation: config.string('hidden_activation', 'gelu') },
    logits: { form: hasLimit(config, 'final_logit_softcapping', true) ? 'capped' : 'plain' },
  }),
  loraTargets: ['q_proj', 'v_proj'],
})
