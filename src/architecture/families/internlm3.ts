import { attention } from '../blocks/attention.js'
import { llamaForward } from '../forward/llama-forward.js'
import { newerFrequencies } from '../forward/newer-frequencies.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** InternLM 3 (Shanghai AI Laboratory 2025, https://github.com/InternLM/InternLM): Llama with other names for its biases. */
export const internlm3 = decoderFamily({
  modelType: 'internlm3',
  name: 'Llama',
  otherNames: ['InternLM3'],
  attributeMap: { qkv_bias: 'attention_bias', bias: 'mlp_bias' },
  defaults: {
    vocab_size: 128_512,
    hidden_size: 4096,
    intermediate_size: 10_240,
    num_hidden_layers: 48,
    num_attention_heads: 32,
    num_key_value_heads: 2,
    head_dim: 128,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  // The class of the authors has the bias of the feed-forward network on the output, too; transformers refuses configs where it differs.
  attention: (sizes, config) =>
    attention({
      ...sizes,
      qkvBias: config.boolean('attention_bias', false),
      outputBias: config.boolean('mlp_bias', false),
    }),
  questionAnsweringPrefix: 'transformer',
  forward: newerFrequencies(llamaForward),
  tensorPlan: PLAN,
})
