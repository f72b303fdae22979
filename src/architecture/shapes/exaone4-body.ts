import { attention, headNorms } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import type { DecoderFamilyOptions } from './decoder-family.js'

/** What EXAONE 4.0 shares with K-EXAONE: the sizes, and Llama's blocks without biases, with norms of each head's queries and keys. */
export const exaone4Body = {
  defaults: {
    vocab_size: 102_400,
    hidden_size: 4096,
    intermediate_size: 16_384,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attention: (sizes) => attention({ ...sizes, also: headNorms(sizes) }),
  mlp: gatedMlp,
} satisfies Partial<DecoderFamilyOptions>
