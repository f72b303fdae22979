import { bertEmbeddings } from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { container, repeated } from '../module.js'
import { firstToken } from '../program/bert.js'
import {
  activated,
  attended,
  call,
  dropping,
  give,
  layerNormed,
  lookup,
  plus,
  project,
  type Steps,
  set,
  words,
} from '../program/index.js'
import { labelled, textEncoder } from '../program/text-encoder.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** DistilBERT (Sanh et al. 2019, arXiv:1910.01108): BERT with half the layers, without segments and pooler. */
export const distilbert = headedFamily({
  modelType: 'distilbert',
  dropout: { dropout: 0.1, attention_dropout: 0.1, qa_dropout: 0.1, seq_classif_dropout: 0.2 },
  encodes: true,
  name: 'DistilBert',
  prefix: 'distilbert',
  fieldNames: {
    hidden_size: 'dim',
    intermediate_size: 'hidden_dim',
    num_hidden_layers: 'n_layers',
    num_attention_heads: 'n_heads',
  },
  defaults: {
    vocab_size: 30_522,
    hidden_size: 768,
    num_hidden_layers: 6,
    num_attention_heads: 12,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const sizes = { ...stated, ffnSize: config.integer('hidden_dim', 3072) }
    const { vocabSize, hiddenSize, layers } = sizes
    const norm = layerNorm(hiddenSize)
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const layer = container('TransformerBlock', {
      attention: container(
        'MultiHeadSelfAttention',
        { q_lin: square, k_lin: square, v_lin: square, out_lin: square },
        { part: 'attention' },
      ),
      sa_layer_norm: norm,
      ffn: plainMlp({ ...sizes, bias: true, names: ['lin1', 'lin2'] }),
      output_layer_norm: norm,
    })
    const positions = config.integer('max_position_embeddings', 512)
    const model = container('DistilBertModel', {
      embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions }),
      transformer: container('Transformer', { layer: repeated(layers, layer) }),
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    const input = 'distilbert.embeddings.word_embeddings'
    const labels = linear(hiddenSize, labelCount(config), { bias: true })
    return {
      model,
      heads: {
        ForMaskedLM: {
          vocab_transform: square,
          vocab_layer_norm: norm,
          vocab_projector: outputEmbedding(dimensions, input, { bias: true }),
        },
        ForSequenceClassification: { pre_classifier: square, classifier: labels },
        ForTokenClassification: { classifier: labels },
        ForQuestionAnswering: { qa_outputs: labels },
        ForMultipleChoice: { pre_classifier: square, classifier: linear(hiddenSize, 1, { bias: true }) },
      },
      dimensions,
    }
  },
  program(config, dimensions, className) {
    const { hiddenSize, heads, headDim = 0 } = dimensions
    const activation = config.string(['activation', 'hidden_act'], 'gelu')
    const isOf = (suffix: string) => className.endsWith(suffix)
    const rate = config.number('dropout', 0)
    const embeddings: Steps = [
      set('words', words('word_embeddings')),
      set('places', lookup('position_embeddings', ['sequence'])),
      set('sum', plus('words', 'places')),
      set('sum', layerNormed('LayerNorm', 'sum')),
      ...dropping(rate, 'sum'),
      give('sum'),
    ]
    const attention: Steps = [
      set('query', project('q_lin', 'x')),
      set('key', project('k_lin', 'x')),
      set('value', project('v_lin', 'x')),
      set('query', { op: 'scale', of: 'query', isForEager: true }),
      set(
        'context',
        attended(['query', 'key', 'value'], {
          heads,
          headDim,
          dropout: config.number('attention_dropout', 0),
          eager: { scale: 'none', layerMask: 'last', softmax: 'scores', weights: 'none', keepsMasked: true },
          fillsPadding: true,
        }),
      ),
      set('context', project('out_lin', 'context')),
      give('context'),
    ]
    const feedForward: Steps = [
      set('y', project('lin1', 'x')),
      set('y', activated(activation, 'y')),
      set('y', project('lin2', 'y')),
      ...dropping(rate, 'y'),
      give('y'),
    ]
    const layer: Steps = [
      set('attended', call(attention, { x: 'hidden' }, 'attention')),
      set('attended', layerNormed('sa_layer_norm', plus('attended', 'hidden'))),
      set('fed', call(feedForward, { x: 'attended' }, 'ffn')),
      set('fed', layerNormed('output_layer_norm', plus('fed', 'attended'))),
      give('fed'),
    ]
    const classifies = isOf('ForSequenceClassification') || isOf('ForMultipleChoice')
    const classify: Steps = [
      set('pooled', firstToken(hiddenSize)),
      set('pooled', project('pre_classifier', 'pooled')),
      set('pooled', activated('relu', 'pooled')),
      ...dropping(classifies ? config.number('seq_classif_dropout', 0) : 0, 'pooled'),
      give(project('classifier', 'pooled')),
    ]
    return textEncoder(className, {
      name: 'DistilBert',
      prefix: 'distilbert',
      steps: [
        set('embedded', call(embeddings, {}, 'embeddings')),
        set('hidden', 'embedded'),
        { each: 'transformer.layer', carries: 'hidden', kinds: [layer] },
      ],
      buffers: [{ count: [config.integer('max_position_embeddings', 512)] }],
      heads: {
        ForMaskedLM: [
          set('logits', project('vocab_transform', 'hidden')),
          set('logits', activated(activation, 'logits')),
          set('logits', layerNormed('vocab_layer_norm', 'logits')),
          give(project('vocab_projector', 'logits')),
        ],
        ForSequenceClassification: classify,
        ForMultipleChoice: classify,
        ForTokenClassification: labelled('classifier', rate),
        ForQuestionAnswering: labelled('qa_outputs', isOf('ForQuestionAnswering') ? config.number('qa_dropout', 0) : 0),
      },
    })
  },
})
