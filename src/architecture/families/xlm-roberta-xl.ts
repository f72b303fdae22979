import { preNormBertLayer, summedEmbeddings } from '../blocks/bert.js'
import { layerNorm } from '../blocks/norm.js'
import { container, repeated } from '../module.js'
import { bertAttentionSteps } from '../program/bert.js'
import { call, layerNormed, set } from '../program/index.js'
import { intermediateSteps, preNormLayerSteps } from '../program/pre-norm-bert.js'
import { BERT_DEFAULTS, bertFamily } from '../shapes/bert-family.js'

/** XLM-R XL and XXL (Goyal et al. 2021, arXiv:2105.00572): RoBERTa in many languages, with the norms before the blocks. */
export const xlmRobertaXl = bertFamily({
  modelType: 'xlm-roberta-xl',
  name: 'XLMRobertaXL',
  prefix: 'roberta',
  defaults: {
    ...BERT_DEFAULTS,
    vocab_size: 250_880,
    hidden_size: 2560,
    intermediate_size: 10_240,
    num_hidden_layers: 36,
    num_attention_heads: 32,
    max_position_embeddings: 514,
  },
  predictor: 'lm_head',
  classifier: 'head',
  pools: 'choices',
  runs: {
    choiceRate: 'hidden_dropout_prob',
    keepsLayers: true,
    embeddings: { positions: 'counted', isNormed: false },
    contextTokens: 514,
    layer: (dimensions, options) =>
      preNormLayerSteps(
        {
          attention: bertAttentionSteps(dimensions, options),
          norm: 'self_attn_layer_norm',
          between: [
            set('between', layerNormed('LayerNorm', 'attended')),
            set('between', call(intermediateSteps(options.activation), { hidden: 'between' }, 'intermediate')),
          ],
          dropsFed: false,
        },
        options.dropout,
      ),
    behind: [set('hidden', layerNormed('encoder.LayerNorm', 'hidden'))],
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers } = sizes
    const positions = config.integer('max_position_embeddings', 514)
    const layer = preNormBertLayer(
      'XLMRobertaXLLayer',
      { first: 'attention.self_attn_layer_norm', last: 'LayerNorm' },
      { ...sizes, positions },
      config,
    )
    return {
      embeddings: container(
        'XLMRobertaXLEmbeddings',
        summedEmbeddings(hiddenSize, { words: vocabSize, positions, segments: config.integer('type_vocab_size', 1) }),
      ),
      encoder: container('XLMRobertaXLEncoder', { layer: repeated(layers, layer), LayerNorm: layerNorm(hiddenSize) }),
    }
  },
})
