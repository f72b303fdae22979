import { attention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import type { DecoderFamilyOptions } from './decoder-family.js'

/** The attention and the feed-forward network of ERNIE 4.5: Llama's, whose biases one field of the config turns on. */
export const ernie45Blocks = {
  attention(sizes, config) {
    const bias = config.boolean('use_bias', false)
    return attention({ ...sizes, qkvBias: bias, outputBias: bias })
  },
  mlp: (sizes, config) => gatedMlp({ ...sizes, bias: config.boolean('use_bias', false) }),
} satisfies Partial<DecoderFamilyOptions>

/** The sizes and blocks of ERNIE 4.5's mixtures, but for the experts. */
export const ernie45MoeBody = {
  defaults: {
    vocab_size: 103_424,
    hidden_size: 2560,
    intermediate_size: 12_288,
    num_hidden_layers: 28,
    num_attention_heads: 20,
    num_key_value_heads: 4,
    max_position_embeddings: 131_072,
    tie_word_embeddings: true,
  },
  ...ernie45Blocks,
} satisfies Partial<DecoderFamilyOptions>
