import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container, listOf, range } from '../module.js'
import { modernBertProgram } from '../program/modernbert.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/**
 * ModernBERT (Warner et al. 2024, arXiv:2412.13663): gate and up projection fused into one; every third layer attends to
 * everything, the others through a window.
 */
export const modernbert = headedFamily({
  modelType: 'modernbert',
  encodes: true,
  name: 'ModernBert',
  prefix: 'model',
  defaults: {
    vocab_size: 50_368,
    hidden_size: 768,
    intermediate_size: 1152,
    num_hidden_layers: 22,
    num_attention_heads: 12,
    head_dim: false,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, layers, ffnSize, heads } = sizes
    const norm = layerNorm(hiddenSize, { bias: config.boolean('norm_bias', false) })
    const attentionBias = { bias: config.boolean('attention_bias', false) }
    const mlpBias = { bias: config.boolean('mlp_bias', false) }
    // The embeddings end with a norm, so the first layer has none.
    const layer = (first: boolean) =>
      container('ModernBertEncoderLayer', {
        attn_norm: first ? undefined : norm,
        attn: container(
          'ModernBertAttention',
          {
            Wqkv: linear(hiddenSize, 3 * hiddenSize, attentionBias),
            Wo: linear(hiddenSize, hiddenSize, attentionBias),
          },
          { part: 'attention' },
        ),
        mlp_norm: norm,
        mlp: container(
          'ModernBertMLP',
          { Wi: linear(hiddenSize, 2 * ffnSize, mlpBias), Wo: linear(ffnSize, hiddenSize, mlpBias) },
          { part: 'mlp' },
        ),
      })
    const model = container('ModernBertModel', {
      embeddings: container('ModernBertEmbeddings', { tok_embeddings: embedding(vocabSize, hiddenSize), norm }),
      layers: listOf(layers, (index) => index === 0, layer),
      final_norm: norm,
    })
    const period = config.positive('global_attn_every_n_layers', 3)
    const types = range(layers).map((index) => (index % period === 0 ? 'full_attention' : 'sliding_attention'))
    const window = windowOf(types, config.integer('local_attention', 128))
    const dimensions = decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: true, ...window })
    const head = container('ModernBertPredictionHead', {
      dense: linear(hiddenSize, hiddenSize, { bias: config.boolean('classifier_bias', false) }),
      norm,
    })
    const bias = config.boolean('decoder_bias', true)
    const classifier = linear(hiddenSize, labelCount(config), { bias: true })
    return {
      model,
      heads: {
        ForMaskedLM: { head, decoder: outputEmbedding(dimensions, 'model.embeddings.tok_embeddings', { bias }) },
        ForSequenceClassification: { head, classifier },
        ForTokenClassification: { head, classifier },
        ForQuestionAnswering: { head, classifier },
        ForMultipleChoice: { head, classifier: linear(hiddenSize, 1, { bias: true }) },
      },
      dimensions,
    }
  },
  program: modernBertProgram,
})
