import { t5Family } from '../shapes/t5-family.js'

/** UMT5 (Chung et al. 2023, arXiv:2304.09151): mT5 with biases of positions in every layer. */
export const umt5 = t5Family({
  modelType: 'umt5',
  dropout: { dropout_rate: 0.1 },
  name: 'UMT5',
  defaults: {
    vocab_size: 250_112,
    d_ff: 1024,
    num_layers: 8,
    num_heads: 6,
    feed_forward_proj: 'gated-gelu',
    tie_word_embeddings: true,
  },
  biasesEachLayer: true,
  keptInFloat32: ['wo'],
  keepsFloat32: 'inFloat16',
})
