import {
  bertAttention,
  bertEmbeddings,
  bertEncoder,
  bertLayer,
  bertPooler,
  classificationHead,
  denseAndNorm,
  maskedLmHead,
} from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { container } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'

/** Longformer (Beltagy et al. 2020, arXiv:2004.05150): RoBERTa with a window, and projections of their own for tokens that see all others. */
export const longformer = headedFamily({
  modelType: 'longformer',
  name: 'Longformer',
  prefix: 'longformer',
  defaults: {
    vocab_size: 30_522,
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    head_dim: false,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads, contextTokens } = sizes
    const projection = linear(hiddenSize, hiddenSize, { bias: true })
    const also = { query_global: projection, key_global: projection, value_global: projection }
    const parts = {
      embeddings: bertEmbeddings(hiddenSize, {
        words: vocabSize,
        positions: contextTokens,
        segments: config.integer('type_vocab_size', 2),
      }),
      encoder: bertEncoder(layers, bertLayer('LongformerLayer', sizes, bertAttention(hiddenSize, { also }))),
    }
    const bare = container('LongformerModel', parts)
    const model = container('LongformerModel', { ...parts, pooler: bertPooler(hiddenSize) })
    const input = sizes.tiedEmbeddings ? 'longformer.embeddings.word_embeddings' : undefined
    const transform = denseAndNorm(hiddenSize, hiddenSize, 'layer_norm')
    const labels = labelCount(config)
    const classifier = linear(hiddenSize, labels, { bias: true })
    return {
      model,
      modelOf: (suffix) => (suffix === 'ForMultipleChoice' ? model : bare),
      heads: {
        ForMaskedLM: { lm_head: maskedLmHead('lm_head', transform, { features: hiddenSize, vocabSize }, input) },
        ForSequenceClassification: { classifier: classificationHead(hiddenSize, labels) },
        ForTokenClassification: { classifier },
        ForQuestionAnswering: { qa_outputs: classifier },
        ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
})
