import { bertAttention, bertEmbeddings, bertEncoder, bertLayer } from '../blocks/bert.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { classifierSteps } from '../program/bert.js'
import { call, give, lookup, make, project, set } from '../program/index.js'
import { summaryHeads } from '../program/sequence-summary.js'
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
  runs: (dimensions, config) => ({
    classifierRate: 'hidden_dropout_prob',
    isEager: true,
    choosesPositions: false,
    embeddings: { positions: 'none', types: 'made' },
    hasBuffers: false,
    between: [
      ...(config.derived('embedding_size', dimensions.hiddenSize) === dimensions.hiddenSize
        ? []
        : [set('embedded', project('embeddings_project', 'embedded'))]),
      set('places', lookup('encoder.embed_positions', ['sequence'], make(['sequence'], 'int64'))),
    ],
    given: ['places'],
    places: config.boolean('rotary_value', false) ? 'rotatedWithValues' : 'rotated',
    untrained: ['roformer.encoder.embed_positions.weight'],
    heads: ({ activation, dropout }) => ({
      ForSequenceClassification: [
        give(call(classifierSteps(dimensions.hiddenSize, activation, dropout), { hidden: 'hidden' }, 'classifier')),
      ],
      ...summaryHeads(config, dimensions, { type: 'last', isProjected: false, lastDropout: 0 }),
    }),
  }),
  build({ vocabSize, hiddenSize, ffnSize, layers, headDim }, config) {
    const size = config.derived('embedding_size', hiddenSize)
    const segments = config.integer('type_vocab_size', 2)
    const layer = bertLayer('RoFormerLayer', { hiddenSize, ffnSize }, bertAttention(hiddenSize))
    return {
      embeddings: bertEmbeddings(size, { words: vocabSize, segments }),
      embeddings_project: size === hiddenSize ? undefined : linear(size, hiddenSize, { bias: true }),
      encoder: bertEncoder(
        layers,
        layer,
        {},
        { embed_positions: embedding(config.integer('max_position_embeddings', 1536), headDim) },
      ),
    }
  },
})
