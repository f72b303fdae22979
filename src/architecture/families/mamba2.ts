import { mamba2Mixer } from '../blocks/mamba.js'
import { innerSize, stateSpaceModel } from '../blocks/mamba-model.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'

/** Mamba-2 (Dao & Gu 2024, arXiv:2405.21060): state spaces with heads, computed as matrix multiplication. */
export const mamba2: Family = {
  modelTypes: ['mamba2'],
  describe(config, className) {
    const hiddenSize = config.positive('hidden_size', 4096)
    const sizes = {
      vocabSize: config.positive('vocab_size', 32_768),
      hiddenSize,
      layers: config.integer('num_hidden_layers', 64),
      innerSize: innerSize(config, 'expand', hiddenSize),
      stateSize: config.integer('state_size', 128),
      convKernel: config.positive('conv_kernel', 4),
      tiedEmbeddings: config.boolean('tie_word_embeddings', false),
    }
    const mixer = mamba2Mixer({
      ...sizes,
      heads: config.integer('num_heads', 128),
      groups: config.integer('n_groups', 8),
      bias: config.boolean('use_bias', false),
      convBias: config.boolean('use_conv_bias', true),
      norm: rmsNorm(sizes.innerSize),
      type: 'Mamba2Mixer',
    })
    return stateSpaceModel({ className, family: 'mamba2', name: 'Mamba2', sizes, mixer })
  },
}
