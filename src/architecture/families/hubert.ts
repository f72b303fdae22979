import { layerNorm } from '../blocks/norm.js'
import { wav2vec2Program } from '../program/wav2vec2.js'
import { wav2vec2Family } from '../shapes/wav2vec2-family.js'

/** HuBERT (Hsu et al. 2021, arXiv:2106.07447): wav2vec 2.0 that learned to guess clusters of sounds. */
export const hubert = wav2vec2Family({
  modelType: 'hubert',
  name: 'Hubert',
  prefix: 'hubert',
  program: (config, _, className) =>
    wav2vec2Program(config, className, {
      name: 'Hubert',
      prefix: 'hubert',
      normsFeatures: config.boolean('feat_proj_layer_norm', true),
      holds: 'features',
      normsBatch: config.boolean('conv_pos_batch_norm', false),
    }),
  normsFeatures: (config) => config.boolean('feat_proj_layer_norm', true),
  positions: (config, weight) =>
    config.boolean('conv_pos_batch_norm', false)
      ? {
          'encoder.pos_conv_embed.conv.weight': weight,
          'encoder.pos_conv_embed.batch_norm': { ...layerNorm(weight[0]), type: 'BatchNorm1d' },
        }
      : undefined,
})
