import { llamaAttention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** The language model of HunyuanOCR (Tencent 2025, arXiv:2511.19575): Hunyuan's dense model. */
export const hunyuanVlText = decoderFamily({
  modelType: 'hunyuan_vl_text',
  name: 'HunYuanVLText',
  attributeMap: { attention_head_dim: 'head_dim', org_vocab_size: 'vocab_size' },
  defaults: {
    vocab_size: 290_943,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  modelName: 'HunYuanVLTextModel',
  attention: (sizes, config) =>
    llamaAttention(sizes, config, {
      query_layernorm: rmsNorm(sizes.headDim),
      key_layernorm: rmsNorm(sizes.headDim),
    }),
  mlp: gatedMlp,
  forward: (config) => ({
    rotation: {
      features: 'all',
      float32: 'inputsAndTables',
      axes: 'inTable',
      hidesPositions: true,
      frequencies: 'modelTwice',
    },
    norm: 'rmsNorm',
    attention: { headNorms: 'rotated' },
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
})
