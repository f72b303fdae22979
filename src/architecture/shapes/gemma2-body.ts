import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import type { DecoderFamilyOptions } from './decoder-family.js'

/** What Gemma 2 shares with VaultGemma: the sizes, and the layers but for their norms. */
export const gemma2Body = {
  defaults: {
    vocab_size: 256_000,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  attentionPattern: (config, layers) =>
    windowOf(layerTypes(config, layers, slidingBut(2)), slidingWindow(config, 4096)),
  mlp: gatedMlp,
} satisfies Partial<DecoderFamilyOptions>
