import { gatedMlp } from '../blocks/gated-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Gemma (Gemma team 2024, arXiv:2403.08295). */
export const gemma = decoderFamily({
  modelType: 'gemma',
  liger: {},
  hasUnslothLayers: true,
  name: 'Gemma',
  defaults: {
    vocab_size: 256_000,
    hidden_size: 3072,
    intermediate_size: 24_576,
    num_hidden_layers: 28,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    head_dim: 256,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  mlp: gatedMlp,
  forward: (config) => ({
    embedding: 'scaledForFirstLayer',
    rotation: { features: 'all' },
    norm: 'rmsNormPlusOne',
    feedForward: { activation: config.string('hidden_act', 'gelu') },
  }),
  loraTargets: ['q_proj', 'v_proj'],
  tensorPlan: PLAN,
})
