import { innerSize, mamba2Mixer, mambaHeads } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { stateSpaceFamily, stateSpaceForward } from '../shapes/state-space-family.js'

/** Mamba-2 (Dao & Gu 2024, arXiv:2405.21060): state spaces with heads, computed as matrix multiplication. */
export const mamba2 = stateSpaceFamily({
  modelType: 'mamba2',
  name: 'Mamba2',
  sizes(config) {
    const hiddenSize = config.positive('hidden_size', 4096)
    return {
      vocabSize: config.positive('vocab_size', 32_768),
      hiddenSize,
      layers: config.integer('num_hidden_layers', 64),
      innerSize: innerSize(config, 'expand', hiddenSize),
      stateSize: config.integer('state_size', 128),
      convKernel: config.positive('conv_kernel', 4),
      tiedEmbeddings: config.boolean('tie_word_embeddings', false),
    }
  },
  mixer: (sizes, config) =>
    mamba2Mixer({
      ...sizes,
      heads: mambaHeads(config, sizes.innerSize, { heads: 'num_heads', headDim: 'head_dim', usualHeadDim: 64 }),
      groups: config.integer('n_groups', 8),
      bias: config.boolean('use_bias', false),
      convBias: config.boolean('use_conv_bias', true),
      norm: rmsNorm(sizes.innerSize),
      type: 'Mamba2Mixer',
    }),
  forward: (config) =>
    stateSpaceForward(config, {
      kind: 'chunkScan',
      chunkTokens: config.positive('chunk_size', 256),
      states: 'inPlace',
    }),
  loraRefused: ['out_proj', 'conv1d'],
})
