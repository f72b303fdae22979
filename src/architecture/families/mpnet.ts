import {
  bertEmbeddings,
  bertEncoder,
  bertLayer,
  bertPooler,
  classificationHead,
  denseAndNorm,
  maskedLmHead,
} from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'

/** MPNet (Song et al. 2020, arXiv:2004.09297): BERT with a bias for each distance and head, the same in all layers. */
export const mpnet = headedFamily({
  modelType: 'mpnet',
  name: 'MPNet',
  prefix: 'mpnet',
  defaults: {
    vocab_size: 30_527,
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    head_dim: false,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, heads } = sizes
    const square = linear(hiddenSize, hiddenSize, { bias: true })
    const attention = container(
      'MPNetAttention',
      {
        attn: container('MPNetSelfAttention', { q: square, k: square, v: square, o: square }),
        LayerNorm: layerNorm(hiddenSize),
      },
      { part: 'attention' },
    )
    const buckets = config.integer('relative_attention_num_buckets', 32)
    const parts = {
      embeddings: bertEmbeddings(hiddenSize, {
        words: vocabSize,
        positions: config.integer('max_position_embeddings', 512),
      }),
      encoder: bertEncoder(layers, bertLayer('MPNetLayer', sizes, attention), {
        relative_attention_bias: embedding(buckets, heads),
      }),
    }
    const bare = container('MPNetModel', parts)
    const model = container('MPNetModel', { ...parts, pooler: bertPooler(hiddenSize) })
    const input = sizes.tiedEmbeddings ? 'mpnet.embeddings.word_embeddings' : undefined
    const transform = denseAndNorm(hiddenSize, hiddenSize, 'layer_norm')
    const labels = labelCount(config)
    return {
      model,
      modelOf: (suffix) => (suffix === 'ForMultipleChoice' ? model : bare),
      heads: {
        ForMaskedLM: { lm_head: maskedLmHead('lm_head', transform, { features: hiddenSize, vocabSize }, input) },
        ForSequenceClassification: { classifier: classificationHead(hiddenSize, labels) },
        ForTokenClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
        ForQuestionAnswering: { qa_outputs: linear(hiddenSize, labels, { bias: true }) },
        ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: false }),
    }
  },
})
