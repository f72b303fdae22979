import { bertAttention, bertEmbeddings, bertEncoder, bertLayer } from '../blocks/bert.js'
import { linear } from '../blocks/linear.js'
import { landmarkRuns } from '../program/nystromformer.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** Nyströmformer (Xiong et al. 2021, arXiv:2102.03902): BERT with an approximation of attention, and a convolution of values. */
export const nystromformer = bertFamily({
  modelType: 'nystromformer',
  name: 'Nystromformer',
  prefix: 'nystromformer',
  defaults: { ...BERT_DEFAULTS, vocab_size: 30_000, max_position_embeddings: 510 },
  pools: 'none',
  classifier: 'head',
  runs: landmarkRuns,
  build({ vocabSize, hiddenSize, ffnSize, layers, heads }, config) {
    const positions = config.integer('max_position_embeddings', 510) + 2
    const segments = config.integer('type_vocab_size', 2)
    const kernel = config.derived('conv_kernel_size', 65)
    const conv = { type: 'Conv2d', parameters: { weight: [heads, 1, kernel, 1] } }
    const also = config.isNull('conv_kernel_size') ? {} : { conv }
    const attention = bertAttention(hiddenSize, { also })
    return {
      embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions, segments }),
      encoder: bertEncoder(layers, bertLayer('NystromformerLayer', { hiddenSize, ffnSize }, attention)),
    }
  },
  heads: ({ hiddenSize }) => ({
    ForMultipleChoice: {
      pre_classifier: linear(hiddenSize, hiddenSize, { bias: true }),
      classifier: linear(hiddenSize, 1, { bias: true }),
    },
  }),
})
