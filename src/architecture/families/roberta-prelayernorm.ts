import { bertEmbeddings, bertEncoder, preNormBertLayer } from '../blocks/bert.js'
import { layerNorm } from '../blocks/norm.js'
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
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers } = sizes
    const positions = config.integer('max_position_embeddings', 512)
    const segments = config.integer('type_vocab_size', 2)
    const layer = preNormBertLayer(
      'RobertaPreLayerNormLayer',
      '{attention,intermediate}.LayerNorm',
      { ...sizes, positions },
      config,
    )
    return {
      embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions, segments }),
      encoder: bertEncoder(layers, layer),
      LayerNorm: layerNorm(hiddenSize),
    }
  },
})
