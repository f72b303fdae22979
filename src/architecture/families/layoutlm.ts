import { bertAttention, bertEncoder, bertLayer } from '../blocks/bert.js'
import { embedding } from '../blocks/embedding.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import {
  dropping,
  give,
  layerNormed,
  lookup,
  make,
  plus,
  type Steps,
  set,
  TOKENS,
  type Value,
  words,
} from '../program/index.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** LayoutLM (Xu et al. 2019, arXiv:1912.13318): BERT, with embeddings of the place of each word on the page. */
export const layoutlm = bertFamily({
  modelType: 'layoutlm',
  loraTargets: ['query', 'value'],
  name: 'LayoutLM',
  prefix: 'layoutlm',
  defaults: BERT_DEFAULTS,
  pools: 'all',
  runs: {
    classifierRate: 'hidden_dropout_prob',
    isEager: true,
    choosesPositions: false,
    poolsAlways: true,
    carriesBy: 'keyword',
    embeddings: { types: 'made', steps: embeddingSteps },
    attention: { eager: { softmax: 'float32', weights: 'query', keepsMasked: false }, returnsWeights: 'module' },
    says: ['boxes are zeros, which the model makes itself; given ones need as much'],
  },
  build({ vocabSize, hiddenSize, ffnSize, layers }, config) {
    const places = embedding(config.integer('max_2d_position_embeddings', 1024), hiddenSize)
    return {
      embeddings: tree('Embeddings', {
        word_embeddings: embedding(vocabSize, hiddenSize),
        position_embeddings: embedding(config.integer('max_position_embeddings', 512), hiddenSize),
        '{x,y,h,w}_position_embeddings': places,
        token_type_embeddings: embedding(config.integer('type_vocab_size', 2), hiddenSize),
        LayerNorm: layerNorm(hiddenSize),
      }),
      encoder: bertEncoder(layers, bertLayer('LayoutLMLayer', { hiddenSize, ffnSize }, bertAttention(hiddenSize))),
    }
  },
})

/** `LayoutLMEmbeddings`: of words, their positions, and the sides, height and width of their boxes. */
function embeddingSteps(rate: number): Steps {
  const looked = (name: string, table: string, by: string) =>
    set(name, lookup(`${table}_position_embeddings`, TOKENS, by))
  const terms = ['places', 'left', 'upper', 'right', 'lower', 'height', 'width', 'kinds']
  return [
    set('words', words('word_embeddings')),
    set('places', lookup('position_embeddings', ['sequence'])),
    looked('left', 'x', 'boxes'),
    looked('upper', 'y', 'boxes'),
    looked('right', 'x', 'boxes'),
    looked('lower', 'y', 'boxes'),
    set('height', lookup('h_position_embeddings', TOKENS, make(TOKENS, 'int64'))),
    set('width', lookup('w_position_embeddings', TOKENS, make(TOKENS, 'int64'))),
    set('kinds', lookup('token_type_embeddings', TOKENS, 'types')),
    set(
      'sum',
      terms.reduce<Value>((sum, term) => plus(sum, term), 'words'),
    ),
    set('sum', layerNormed('LayerNorm', 'sum')),
    ...dropping(rate, 'sum'),
    give('sum'),
  ]
}
