import { llamaForward } from '../forward/llama-forward.js'
import { newerFrequencies } from '../forward/newer-frequencies.js'
import { placeScales } from '../forward/place-scales.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { mistralBody } from '../shapes/mistral-body.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Ministral 3 (Mistral AI 2025, arXiv:2601.08584): Mistral with YaRN, queries times a number of their place, and without a window unless
 * the config names one.
 */
export const ministral3 = decoderFamily({
  ...mistralBody(),
  modelType: 'ministral3',
  name: 'Ministral3',
  defaults: {
    vocab_size: 131_072,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 34,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 262_144,
    tie_word_embeddings: false,
  },
  forward: newerFrequencies((config) => ({
    ...llamaForward(config),
    attention: { placesScaleQueries: true },
    ...placeScales(config),
  })),
  tensorPlan: PLAN,
})
