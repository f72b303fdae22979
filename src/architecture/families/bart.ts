import { bartFamily } from '../shapes/bart-family.js'

/** BART (Lewis et al. 2019, arXiv:1910.13461): an encoder and a decoder trained to restore corrupted text. */
export const bart = bartFamily({
  modelType: 'bart',
  dropout: { dropout: 0.1 },
  name: 'Bart',
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
  normsLast: false,
  // Contradiction, neutral and entailment.
  labels: 3,
  classes: ['ForCausalLM', 'ForSequenceClassification', 'ForQuestionAnswering'],
  program: {
    activation: 'gelu',
    positions: 'learned',
    normsFirst: false,
    addsBias: true,
  },
  loraTargets: ['q_proj', 'v_proj'],
})
