import { bertEmbeddings, bertEncoder, preNormBertLayer } from '../blocks/bert.js'
import { layerNorm } from '../blocks/norm.js'
import { bertAttentionSteps } from '../program/bert.js'
import { call, layerNormed, set } from '../program/index.js'
import { intermediateSteps, preNormLayerSteps } from '../program/pre-norm-bert.js'
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
  runs: {
    choiceRate: 'hidden_dropout_prob',
    isEager: true,
    embeddings: { positions: 'counted' },
    layer: (dimensions, options) =>
      preNormLayerSteps(
        {
          attention: bertAttentionSteps(dimensions, options),
          norm: 'LayerNorm',
          between: [
            set(
              'between',
              call(
                [set('hidden', layerNormed('LayerNorm', 'hidden')), ...intermediateSteps(options.activation)],
                { hidden: 'attended' },
                'intermediate',
              ),
            ),
          ],
        },
        options.dropout,
      ),
    behind: [set('hidden', layerNormed('LayerNorm', 'hidden'))],
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers } = sizes
    const positions = config.integer('max_position_embeddings', 512)
    const segments = config.integer('type_vocab_size', 2)
    const layer = preNormBertLayer(
      'RobertaPreLayerNormLayer',
      { between: '{attention,intermediate}.LayerNorm' },
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
