import { bertEmbeddings, maskedLmHead } from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container, type Module, repeated } from '../module.js'
import { albertProgram } from '../program/albert.js'
import { headedFamily } from '../shapes/headed-family.js'

/** ALBERT (Lan et al. 2019, arXiv:1909.11942): BERT whose layers share their weights, with narrower embeddings. */
export const albert = headedFamily({
  modelType: 'albert',
  name: 'Albert',
  prefix: 'albert',
  encodes: true,
  program: (config, dimensions, className) => albertProgram(config, dimensions, className, 'albert'),
  dropout: { classifier_dropout_prob: 0.1 },
  unreplayed: ['choices stepped in backward'],
  defaults: {
    vocab_size: 30_000,
    hidden_size: 4096,
    intermediate_size: 16_384,
    num_hidden_layers: 12,
    num_attention_heads: 64,
    head_dim: false,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, ffnSize, heads, contextTokens } = sizes
    const features = config.positive('embedding_size', 128)
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const layer = container('AlbertLayer', {
      full_layer_layer_norm: layerNorm(hiddenSize),
      attention: container(
        'AlbertAttention',
        { query: square, key: square, value: square, dense: square, LayerNorm: layerNorm(hiddenSize) },
        { part: 'attention' },
      ),
      ffn: { ...linear(hiddenSize, ffnSize, { bias: true }), part: 'mlp' },
      ffn_output: { ...linear(ffnSize, hiddenSize, { bias: true }), part: 'mlp' },
    })
    const group = container('AlbertLayerGroup', {
      albert_layers: repeated(config.integer('inner_group_num', 1), layer),
    })
    const parts = {
      embeddings: bertEmbeddings(features, {
        words: vocabSize,
        positions: contextTokens,
        segments: config.integer('type_vocab_size', 2),
      }),
      encoder: container('AlbertTransformer', {
        embedding_hidden_mapping_in: linear(features, hiddenSize, { bias: true }),
        albert_layer_groups: repeated(config.integer('num_hidden_groups', 1), group),
      }),
    }
    const bare = container('AlbertModel', parts)
    const model = container('AlbertModel', { ...parts, pooler: square })
    const input = sizes.tiedEmbeddings ? 'albert.embeddings.word_embeddings' : undefined
    const predictions: Module = maskedLmHead(
      'predictions',
      { LayerNorm: layerNorm(features), dense: linear(hiddenSize, features, { bias: true }) },
      { features, vocabSize },
      input,
    )
    const labels = labelCount(config)
    const classifier = linear(hiddenSize, labels, { bias: true })
    const pooled = new Set(['ForPreTraining', 'ForSequenceClassification', 'ForMultipleChoice'])
    return {
      model,
      modelOf: (suffix) => (pooled.has(suffix) ? model : bare),
      heads: {
        ForMaskedLM: { predictions },
        ForPreTraining: { predictions, sop_classifier: container('AlbertSOPHead', { classifier }) },
        ForSequenceClassification: { classifier },
        ForTokenClassification: { classifier },
        ForQuestionAnswering: { qa_outputs: classifier },
        ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
})
