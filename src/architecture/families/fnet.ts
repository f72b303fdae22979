import { bertEmbeddings, bertEncoder, denseAndNorm } from '../blocks/bert.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { container } from '../module.js'
import { fnetProgram } from '../program/fnet.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** FNet (Lee-Thorp et al. 2021, arXiv:2105.03824): BERT with a Fourier transform in the place of attention. */
export const fnet = bertFamily({
  modelType: 'fnet',
  name: 'FNet',
  prefix: 'fnet',
  dropout: { hidden_dropout_prob: 0.1 },
  defaults: { ...BERT_DEFAULTS, vocab_size: 32_000 },
  pools: 'all',
  program: (config, dimensions, className) => fnetProgram(config, dimensions, className, 'fnet'),
  build({ vocabSize, hiddenSize, ffnSize, layers }, config) {
    const counts = {
      words: vocabSize,
      positions: config.integer('max_position_embeddings', 512),
      segments: config.integer('type_vocab_size', 4),
    }
    const layer = tree('FNetLayer', {
      'fourier.output.LayerNorm': layerNorm(hiddenSize),
      'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
      output: container('Output', denseAndNorm(ffnSize, hiddenSize), { part: 'mlp' }),
    })
    return {
      embeddings: bertEmbeddings(
        hiddenSize,
        counts,
        {},
        { projection: linear(hiddenSize, hiddenSize, { bias: true }) },
      ),
      encoder: bertEncoder(layers, layer),
    }
  },
})
