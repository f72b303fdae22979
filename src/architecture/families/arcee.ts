import { plainMlp } from '../blocks/plain-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Arcee (AFM-4.5B, https://www.arcee.ai/blog/deep-dive-afm-4-5b-the-first-arcee-foundational-model): Llama with a
 * plain MLP and squared ReLU.
 */
export const arcee = decoderFamily({
  modelType: 'arcee',
  name: 'Arcee',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 2560,
    intermediate_size: 18_432,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  plainMlp: (sizes, config) => plainMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
  questionAnsweringPrefix: 'transformer',
  forward: (config) => ({
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'relu2') },
  }),
  tensorPlan: PLAN,
})
