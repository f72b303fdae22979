import { bertEmbeddings, bertEncoder } from '../blocks/bert.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** RoBERTa with the norms before the blocks (Ott et al. 2019, arXiv:1904.01038). */
export const robertaPrelayernorm = bertFamily({
  modelType: 'roberta-prelayernorm',
  name: 'RobertaPreLayerNorm',
  prefix: 'roberta_prelayernorm',
  defaults: { ...BERT_DEFAULTS, vocab_size: 50_265 },
  predictor: 'lm_head',
  classifier: 'head',
  pools: 'choices',
  build({ vocabSize, hiddenSize, ffnSize, layers, headDim }, config) {
    const positions = config.integer('max_position_embeddings', 512)
    const segments = config.integer('type_vocab_size', 2)
    const isRelative = config.string('position_embedding_type', 'absolute').startsWith('relative_key')
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const layer = tree('RobertaPreLayerNormLayer', {
      '{attention,intermediate}.LayerNorm': layerNorm(hiddenSize),
      'attention.self.{query,key,value}': square,
      'attention.self.distance_embedding': isRelative ? embedding(2 * positions - 1, headDim) : undefined,
      'attention.output.dense': square,
      'intermediate.dense': linear(hiddenSize, ffnSize, { bias: true }),
      'output.dense': linear(ffnSize, hiddenSize, { bias: true }),
    })
    return {
      embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions, segments }),
      encoder: bertEncoder(layers, layer),
      LayerNorm: layerNorm(hiddenSize),
    }
  },
})
