import { attention } from '../blocks/attention.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Seed-OSS (ByteDance Seed 2025, https://github.com/ByteDance-Seed/seed-oss): Llama with biases of queries, keys and
 * values.
 */
export const seedOss = decoderFamily({
  modelType: 'seed_oss',
  dropout: { attention_dropout: 0.1, residual_dropout: 0.1 },
  name: 'SeedOss',
  defaults: {
    vocab_size: 155_136,
    hidden_size: 4096,
    intermediate_size: 27_648,
    num_hidden_layers: 64,
    num_attention_heads: 80,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 524_288,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) =>
    attention({
      ...sizes,
      qkvBias: config.boolean('attention_bias', true),
      outputBias: config.boolean('attention_out_bias', false),
    }),
  questionAnsweringPrefix: 'transformer',
  forward: (config) => ({
    ...llamaForward(config),
    dropout: {
      attended: config.number('residual_dropout', 0),
      fed: config.number('residual_dropout', 0),
      fixed: ['attention', 'attended', 'fed'],
    },
  }),
  tensorPlan: PLAN,
})
