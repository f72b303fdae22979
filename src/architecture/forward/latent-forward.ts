import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'

/** What decoders with latent attention have in common in transformers 5, where its cache keeps the narrow vector. */
export function latentForward(config: ConfigReader): Pick<ForwardPass, 'rotation' | 'norm' | 'attention'> {
  return {
    rotation: {
      features: config.integer('qk_rope_head_dim', 64),
      pairs: config.raw('rope_interleave') === false ? 'halves' : 'neighbours',
      frequencies: 'modelTwice',
    },
    norm: 'rmsNorm',
    attention: { latent: 'vector' },
  }
}
