import { t5Family } from '../shapes/t5-family.js'

/** mT5 (Xue et al. 2020, arXiv:2010.11934): T5 v1.1 for a hundred languages, with a gated MLP and an untied output. */
export const mt5 = t5Family({
  modelType: 'mt5',
  dropout: { dropout_rate: 0.1 },
  name: 'MT5',
  defaults: {
    vocab_size: 250_112,
    d_ff: 1024,
    num_layers: 8,
    num_heads: 6,
    feed_forward_proj: 'gated-gelu',
    tie_word_embeddings: false,
  },
  otherDefaults: { tie_word_embeddings: { here: false, in5: true } },
  loraTargets: ['q', 'v'],
  keptInFloat32: ['wo'],
  keepsFloat32: 'inFloat16',
})
