import { bartFamily } from '../shapes/bart-family.js'

/** PLBART (Ahmad et al. 2021, arXiv:2103.06333): BART for programs and what people say of them. */
export const plbart = bartFamily({
  modelType: 'plbart',
  dropout: { dropout: 0.1, attention_dropout: 0.1 },
  name: 'PLBart',
  defaults: {
    vocab_size: 50_005,
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 6,
    num_attention_heads: 12,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  extraPositions: 2,
  normsEmbeddings: true,
  normsLast: false,
  classes: ['ForCausalLM', 'ForSequenceClassification'],
  program: { activation: 'gelu', positions: 'learned', normsFirst: false, addsBias: true },
})
