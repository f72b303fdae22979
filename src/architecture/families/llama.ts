import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Llama 1 to 3 (Touvron et al. 2023, arXiv:2302.13971; Llama team 2024, arXiv:2407.21783), and all that copies it. */
export const llama = decoderFamily({
  modelType: 'llama',
  name: 'Llama',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  questionAnsweringPrefix: 'transformer',
  forward: llamaForward,
  loraTargets: ['q_proj', 'v_proj'],
})
