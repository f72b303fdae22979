import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { GPT_FIELD_NAMES } from '../blocks/renamed-sizes.js'
import { tree } from '../blocks/tree.js'
import { repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** CTRL (Keskar et al. 2019, arXiv:1909.05858): writes in the style that its first words name. */
export const ctrl = headedFamily({
  modelType: 'ctrl',
  name: 'CTRL',
  onlyFloat32: 'its positions are in float32, which layers in 16 bits do not take',
  prefix: 'transformer',
  dropout: { resid_pdrop: 0.1, embd_pdrop: 0.1 },
  fieldNames: { ...GPT_FIELD_NAMES, intermediate_size: 'dff' },
  defaults: {
    vocab_size: 246_534,
    hidden_size: 1280,
    intermediate_size: 8192,
    num_hidden_layers: 48,
    num_attention_heads: 16,
    max_position_embeddings: 256,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { vocabSize, hiddenSize, ffnSize, layers } = sizes
    const layer = tree('EncoderLayer', {
      'multi_head_attention.{Wq,Wk,Wv,dense}': linear(hiddenSize, hiddenSize, { bias: true }),
      'ffn.0': linear(hiddenSize, ffnSize, { bias: true }),
      'ffn.2': linear(ffnSize, hiddenSize, { bias: true }),
      'layernorm{1,2}': layerNorm(hiddenSize),
    })
    const model = tree('CTRLModel', {
      w: embedding(vocabSize, hiddenSize),
      h: repeated(layers, layer),
      layernorm: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model,
      heads: {
        LMHeadModel: { lm_head: outputEmbedding(dimensions, 'transformer.w', { bias: true }) },
        ForSequenceClassification: { classifier: linear(hiddenSize, labelCount(config)) },
      },
      dimensions,
    }
  },
  forward: (config, { hiddenSize, contextTokens = 256 }) => ({
    addsTypes: true,
    embedding: 'plain',
    places: 'heldBuffer',
    keepsLayers: true,
    masks: { size: 'square' },
    norm: 'layerNorm',
    attention: { eagerOnly: true, written: { kind: 'namedScores' }, returnsWeights: true },
    feedForward: { activation: 'relu' },
    residual: { order: 'sequential', keepsNormalised: true, keepsSecond: true, keepsAttended: true },
    dropout: {
      embeddings: config.number('embd_pdrop', 0),
      attended: config.number('resid_pdrop', 0),
      fed: config.number('resid_pdrop', 0),
      place: 'behindBlocks',
      fixed: [],
    },
    float32BufferElements: hiddenSize * contextTokens,
    logits: { prefill: 'allTokens' },
  }),
})
