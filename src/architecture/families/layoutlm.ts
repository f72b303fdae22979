import { bertAttention, bertEmbeddings, bertEncoder, bertLayer } from '../blocks/bert.js'
import { embedding } from '../blocks/embedding.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** LayoutLM (Xu et al. 2019, arXiv:1912.13318): BERT, with embeddings of the place of each word on the page. */
export const layoutlm = bertFamily({
  modelType: 'layoutlm',
  loraTargets: ['query', 'value'],
  name: 'LayoutLM',
  prefix: 'layoutlm',
  defaults: BERT_DEFAULTS,
  pools: 'all',
  build({ vocabSize, hiddenSize, ffnSize, layers }, config) {
    const places = embedding(config.integer('max_2d_position_embeddings', 1024), hiddenSize)
    const counts = {
      words: vocabSize,
      positions: config.integer('max_position_embeddings', 512),
      segments: config.integer('type_vocab_size', 2),
    }
    return {
      embeddings: bertEmbeddings(hiddenSize, counts, {
        x_position_embeddings: places,
        y_position_embeddings: places,
        h_position_embeddings: places,
        w_position_embeddings: places,
      }),
      encoder: bertEncoder(layers, bertLayer('LayoutLMLayer', { hiddenSize, ffnSize }, bertAttention(hiddenSize))),
    }
  },
})
