import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { wav2vec2Program } from '../program/wav2vec2.js'
import { wav2vec2Family } from '../shapes/wav2vec2-family.js'

/** WavLM (Chen et al. 2021, arXiv:2110.13900): HuBERT with gated relative positions. */
export const wavlm = wav2vec2Family({
  modelType: 'wavlm',
  name: 'WavLM',
  prefix: 'wavlm',
  program: (config, _, className) =>
    wav2vec2Program(config, className, {
      name: 'WavLM',
      prefix: 'wavlm',
      normsFeatures: true,
      holds: 'normed',
      gates: true,
    }),
  attention(config, headDim, isFirst) {
    const heads = config.positive('num_attention_heads', 12)
    return {
      'attention.gru_rel_pos_const': [1, heads, 1, 1],
      'attention.gru_rel_pos_linear': linear(headDim, 8, { bias: true }),
      'attention.rel_attn_embed': isFirst ? embedding(config.positive('num_buckets', 320), heads) : undefined,
    }
  },
})
