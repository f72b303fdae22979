import { bartFamily } from '../shapes/bart-family.js'

/** Marian (Junczys-Dowmunt et al. 2018, arXiv:1804.00344), the OPUS-MT models: translation from one language into another. */
export const marian = bartFamily({
  modelType: 'marian',
  unreplayed: ['reentrant recomputation'],
  dropout: { dropout: 0.1 },
  name: 'Marian',
  defaults: {
    vocab_size: 58_101,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  extraPositions: 0,
  normsEmbeddings: false,
  normsLast: false,
  suffix: 'MTModel',
  sharesWords: (config) => config.boolean('share_encoder_decoder_embeddings', true),
  decoderVocabField: 'decoder_vocab_size',
  classes: ['ForCausalLM'],
  program: {
    activation: 'gelu',
    positions: 'fixed',
    normsFirst: false,
    addsBias: true,
    holdsOnes: true,
    sharesModule: true,
  },
})
