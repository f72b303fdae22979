import { llamaForward } from '../forward/llama-forward.js'
import { newerFrequencies } from '../forward/newer-frequencies.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** IQuest-Coder (IQuest Lab 2026, arXiv:2603.16733), whose classes are Llama's. */
export const iquestcoder = decoderFamily({
  modelType: 'iquestcoder',
  name: 'Llama',
  otherNames: ['IQuestCoder'],
  defaults: {
    vocab_size: 76_800,
    hidden_size: 5120,
    intermediate_size: 27_648,
    num_hidden_layers: 80,
    num_attention_heads: 40,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  questionAnsweringPrefix: 'transformer',
  forward: newerFrequencies(llamaForward),
  tensorPlan: PLAN,
})
