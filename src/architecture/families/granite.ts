import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * Granite 3 (IBM 2024, https://www.ibm.com/granite): Llama with constant factors at embeddings, residuals and logits.
 */
export const granite = decoderFamily({
  modelType: 'granite',
  name: 'Granite',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  forward: (config) => ({
    ...llamaForward(config),
    embedding: 'scaled',
    residual: { order: 'sequential', scaled: true },
    logits: { form: 'scaled' },
  }),
})
