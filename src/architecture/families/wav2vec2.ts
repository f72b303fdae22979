import { linear } from '../blocks/linear.js'
import { tree } from '../blocks/tree.js'
import { wav2vec2Program } from '../program/wav2vec2.js'
import { wav2vec2Family } from '../shapes/wav2vec2-family.js'

/** wav2vec 2.0 (Baevski et al. 2020, arXiv:2006.11477): learns from speech without texts, by guessing what is masked. */
export const wav2vec2 = wav2vec2Family({
  modelType: 'wav2vec2',
  name: 'Wav2Vec2',
  prefix: 'wav2vec2',
  program: (config, _, className) =>
    wav2vec2Program(config, className, { name: 'Wav2Vec2', prefix: 'wav2vec2', normsFeatures: true, holds: 'normed' }),
  heads(config, hiddenSize) {
    const groups = config.positive('num_codevector_groups', 2)
    const vectors = groups * config.positive('num_codevectors_per_group', 320)
    const size = config.positive('codevector_dim', 256)
    const width = config.integers('conv_dim')?.at(-1) ?? 512
    const projected = config.positive('proj_codevector_dim', 256)
    return {
      ForPreTraining: {
        quantizer: tree('Wav2Vec2GumbelVectorQuantizer', {
          codevectors: [1, vectors, Math.floor(size / groups)],
          weight_proj: linear(width, vectors, { bias: true }),
        }),
        project_hid: linear(hiddenSize, projected, { bias: true }),
        project_q: linear(size, projected, { bias: true }),
      },
    }
  },
})
