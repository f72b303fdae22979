import { bertAttention, bertEmbeddings, bertEncoder, bertLayer } from '../blocks/bert.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** RoFormer (Su et al. 2021, arXiv:2104.09864): BERT with rotary positions, which its class keeps as a table. */
export const roformer = bertFamily({
  modelType: 'roformer',
  name: 'RoFormer',
  prefix: 'roformer',
  defaults: { ...BERT_DEFAULTS, vocab_size: 50_000, max_position_embeddings: 1536 },
  pools: 'none',
  classifier: 'head',
  wordSize: ({ hiddenSize }, config) => config.derived('embedding_size', hiddenSize),
  build({ vocabSize, hiddenSize, ffnSize, layers, headDim }, config) {
    const size = config.derived('embedding_size', hiddenSize)
    const segments = config.integer('type_vocab_size', 2)
    const layer = bertLayer('RoFormerLayer', { hiddenSize, ffnSize }, bertAttention(hiddenSize))
    return {
      embeddings: bertEmbeddings(size, { words: vocabSize, segments }),
      embeddings_project: size === hiddenSize ? undefined : linear(size, hiddenSize, { bias: true }),
      encoder: bertEncoder(layers, layer, {
        embed_positions: embedding(config.integer('max_position_embeddings', 1536), headDim),
      }),
    }
  },
})
