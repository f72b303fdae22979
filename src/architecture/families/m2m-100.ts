import { bartFamily } from '../shapes/bart-family.js'

/** M2M-100 (Fan et al. 2020, arXiv:2010.11125) and NLLB (NLLB team 2022, arXiv:2207.04672): translation between any two of many languages. */
export const m2m100 = bartFamily({
  modelType: 'm2m_100',
  dropout: { dropout: 0.1, attention_dropout: 0.1 },
  name: 'M2M100',
  defaults: {
    vocab_size: 128_112,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  extraPositions: false,
  normsEmbeddings: false,
  normsLast: true,
  classes: [],
  program: { activation: 'relu', positions: 'counted', normsFirst: true, addsBias: false },
})
