import { bertEmbeddings, bertEncoder, denseAndNorm } from '../blocks/bert.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { container } from '../module.js'
import { bigBirdProgram } from '../program/big-bird.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** BigBird (Zaheer et al. 2020, arXiv:2007.14062): BERT whose attention skips most pairs of blocks. */
export const bigBird = bertFamily({
  modelType: 'big_bird',
  name: 'BigBird',
  prefix: 'bert',
  defaults: { ...BERT_DEFAULTS, vocab_size: 50_358, max_position_embeddings: 4096 },
  pools: 'all but questions',
  pooler: (hiddenSize) => linear(hiddenSize, hiddenSize, { bias: true }),
  classifier: 'head',
  program: (config, dimensions, className) => bigBirdProgram(config, dimensions, className, 'bert'),
  build({ vocabSize, hiddenSize, ffnSize, layers }, config) {
    const positions = config.integer('max_position_embeddings', 4096)
    const segments = config.integer('type_vocab_size', 2)
    const bias = config.boolean('use_bias', true)
    const layer = tree('BigBirdLayer', {
      'attention.self.{query,key,value}': linear(hiddenSize, hiddenSize, { bias }),
      'attention.output.dense': linear(hiddenSize, hiddenSize, { bias: true }),
      'attention.output.LayerNorm': layerNorm(hiddenSize),
      'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
      'output.dense': linear(ffnSize, hiddenSize, { bias: true }),
      'output.LayerNorm': layerNorm(hiddenSize),
    })
    return {
      embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions, segments }),
      encoder: bertEncoder(layers, layer),
    }
  },
  heads: ({ hiddenSize, ffnSize }) => ({
    ForQuestionAnswering: {
      qa_classifier: container('BigBirdForQuestionAnsweringHead', {
        intermediate: tree('Intermediate', { dense: linear(hiddenSize, ffnSize, { bias: true }) }),
        output: container('Output', denseAndNorm(ffnSize, hiddenSize)),
        // The class sets `num_labels` to 2.
        qa_outputs: linear(hiddenSize, 2, { bias: true }),
      }),
    },
  }),
})
