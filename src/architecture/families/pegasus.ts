import { bartFamily } from '../shapes/bart-family.js'

/** PEGASUS (Zhang et al. 2019, arXiv:1912.08777): an encoder and a decoder trained to write the sentences that were left out. */
export const pegasus = bartFamily({
  modelType: 'pegasus',
  dropout: { dropout: 0.1 },
  name: 'Pegasus',
  defaults: {
    vocab_size: 50_265,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  extraPositions: 0,
  normsEmbeddings: false,
  normsLast: true,
  classes: ['ForCausalLM'],
  program: {
    activation: 'gelu',
    positions: 'fixed',
    normsFirst: true,
    addsBias: true,
    holdsOnes: true,
    sharesModule: true,
  },
})
