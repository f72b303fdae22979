import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { repeated } from '../module.js'
import { xlnetProgram } from '../program/xlnet.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** XLNet (Yang et al. 2019, arXiv:1906.08237): predicts words in any order, with Transformer-XL's relative positions. */
export const xlnet = headedFamily({
  modelType: 'xlnet',
  name: 'XLNet',
  prefix: 'transformer',
  attributeMap: { n_token: 'vocab_size' },
  dropout: { dropout: 0.1 },
  encodes: true,
  program: (config, dimensions, className) => xlnetProgram(config, dimensions, className, 'transformer'),
  fieldNames: {
    hidden_size: 'd_model',
    intermediate_size: 'd_inner',
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
  },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, ffnSize, layers, heads, headDim } = sizes
    // The projections are tensors of the class itself, not linear layers.
    const layer = tree('XLNetLayer', {
      'rel_attn.{q,k,v,o,r}': [hiddenSize, heads, headDim],
      'rel_attn.{r_r,r_s,r_w}_bias': [heads, headDim],
      'rel_attn.seg_embed': [2, heads, headDim],
      '{rel_attn,ff}.layer_norm': layerNorm(hiddenSize),
      'ff.layer_1': linear(hiddenSize, ffnSize, { bias: true }),
      'ff.layer_2': linear(ffnSize, hiddenSize, { bias: true }),
    })
    const model = tree('XLNetModel', {
      mask_emb: [1, 1, hiddenSize],
      word_embedding: embedding(vocabSize, hiddenSize),
      layer: repeated(layers, layer),
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    const labels = labelCount(config)
    const withBias = (outFeatures: number) => linear(hiddenSize, outFeatures, { bias: true })
    const projects = config.boolean('summary_use_proj', true)
    const sequence_summary = tree('XLNetSequenceSummary', { summary: projects ? withBias(hiddenSize) : undefined })
    const joined = linear(2 * hiddenSize, hiddenSize, { bias: true })
    return {
      model,
      heads: {
        LMHeadModel: { lm_loss: outputEmbedding(dimensions, 'transformer.word_embedding', { bias: true }) },
        ForSequenceClassification: { sequence_summary, logits_proj: withBias(labels) },
        ForTokenClassification: { classifier: withBias(labels) },
        ForMultipleChoice: { sequence_summary, logits_proj: withBias(1) },
        ForQuestionAnsweringSimple: { qa_outputs: withBias(labels) },
        ForQuestionAnswering: {
          start_logits: tree('StartLogits', { dense: withBias(1) }),
          end_logits: tree('EndLogits', { dense_0: joined, LayerNorm: layerNorm(hiddenSize), dense_1: withBias(1) }),
          answer_class: tree('AnswerClass', { dense_0: joined, dense_1: linear(hiddenSize, 1) }),
        },
      },
      dimensions,
    }
  },
})
