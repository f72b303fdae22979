import { plainNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * nanochat (Karpathy 2025, https://github.com/karpathy/nanochat): norms without weights, a plain MLP with
 * squared ReLU.
 */
export const nanochat = decoderFamily({
  modelType: 'nanochat',
  name: 'NanoChat',
  defaults: {
    vocab_size: 50_304,
    hidden_size: 768,
    intermediate_size: 8192,
    num_hidden_layers: 12,
    num_attention_heads: 6,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  norm: () => plainNorm('RMSNorm'),
  plainMlp: (sizes) => plainMlp({ ...sizes, bias: false, names: ['fc1', 'fc2'] }),
})
