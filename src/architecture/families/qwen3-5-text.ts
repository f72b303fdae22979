import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { qwen35Body, qwen35Forward } from '../shapes/qwen35-body.js'
import { PLAN_OF_DELTA_NETS } from '../tensor-plan.js'

/**
 * Qwen 3.5's language model (Qwen team 2026, https://qwen.ai/blog): gated delta networks in three layers of four,
 * gated attention in the fourth.
 */
export const qwen35Text = causalLmFamily({
  modelType: 'qwen3_5_text',
  liger: { norms: 'beside', keeps: ['rotation'], isUnrecorded: true },
  name: 'Qwen3_5',
  defaults: {
    vocab_size: 248_320,
    hidden_size: 4096,
    intermediate_size: 12_288,
    num_hidden_layers: 32,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  build: (sizes, config) => ({
    model: qwen35Body('Qwen3_5', sizes, config, gatedMlp(sizes)),
    dimensions: decoderDimensions(sizes, { gatedMlp: true }),
  }),
  forward: qwen35Forward,
  tensorPlan: PLAN_OF_DELTA_NETS,
})
