import { t5Model } from '../blocks/t5.js'
import type { Family } from '../family.js'

/** T5, T5 v1.1 and FLAN-T5 (Raffel et al. 2019, arXiv:1910.10683). */
export const t5: Family = {
  modelTypes: ['t5'],
  describe: (config, className) =>
    t5Model(config, className, {
      family: 't5',
      name: 'T5',
      defaults: {
        vocab_size: 32_128,
        d_ff: 2048,
        num_layers: 6,
        num_heads: 8,
        feed_forward_proj: 'relu',
        tie_word_embeddings: true,
      },
    }),
}
