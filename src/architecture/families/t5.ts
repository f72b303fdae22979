import { t5Family } from '../shapes/t5-family.js'

/** T5, T5 v1.1 and FLAN-T5 (Raffel et al. 2019, arXiv:1910.10683). */
export const t5 = t5Family({
  modelType: 't5',
  dropout: { dropout_rate: 0.1 },
  name: 'T5',
  defaults: {
    vocab_size: 32_128,
    d_ff: 2048,
    num_layers: 6,
    num_heads: 8,
    feed_forward_proj: 'relu',
    tie_word_embeddings: true,
  },
  loraTargets: ['q', 'v'],
  keptInFloat32: ['wo'],
  keepsFloat32: 'inFloat16',
})
