import { t5Model } from '../blocks/t5.js'
import type { Family } from '../family.js'

/** mT5 (Xue et al. 2020, arXiv:2010.11934): T5 v1.1 for a hundred languages, with a gated MLP and an untied output. */
export const mt5: Family = {
  modelTypes: ['mt5'],
  describe: (config, className) =>
    t5Model(config, className, {
      family: 'mt5',
      name: 'MT5',
      defaults: {
        vocab_size: 250_112,
        d_ff: 1024,
        num_layers: 8,
        num_heads: 6,
        feed_forward_proj: 'gated-gelu',
        tie_word_embeddings: false,
      },
    }),
}
