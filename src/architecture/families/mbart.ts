import { bartFamily } from '../shapes/bart-family.js'

/** mBART and mBART-50 (Liu et al. 2020, arXiv:2001.08210): BART for many languages, with a norm before each block. */
export const mbart = bartFamily({
  modelType: 'mbart',
  dropout: { dropout: 0.1 },
  name: 'MBart',
  defaults: {
    vocab_size: 50_265,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  extraPositions: 2,
  normsEmbeddings: true,
  normsLast: true,
  classes: ['ForCausalLM', 'ForSequenceClassification', 'ForQuestionAnswering'],
  program: { activation: 'gelu', positions: 'learned', normsFirst: true, addsBias: true, holdsOnes: true },
  loraTargets: ['q_proj', 'v_proj'],
})
