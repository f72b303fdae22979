import { attention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layersOfTypes, layerTypes, WITH_CONVOLUTIONS } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import { shortConv } from '../blocks/short-conv.js'
import type { ConfigReader } from '../config-reader.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { PLAN_OF_VOCABULARY } from '../tensor-plan.js'

/** LFM2 (Liquid AI 2025, arXiv:2511.23404): short gated convolutions in most layers, attention in the others. */
export const lfm2 = causalLmFamily({
  modelType: 'lfm2',
  name: 'Lfm2',
  defaults: {
    vocab_size: 65_536,
    hidden_size: 2560,
    intermediate_size: 12_288,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 128_000,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const sizes = { ...stated, tiedEmbeddings: config.boolean('tie_embedding', stated.tiedEmbeddings) }
    const { hiddenSize, headDim, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const ffnSize = adjustedFfnSize(config, config.integer('block_ff_dim', sizes.ffnSize))
    const headNorm = rmsNorm(headDim)
    const also = { q_layernorm: headNorm, k_layernorm: headNorm }
    const selfAttention = attention({ ...sizes, outputName: 'out_proj', also })
    const convolution = shortConv('Lfm2ShortConv', config, hiddenSize)
    const full = config.integers('full_attn_idxs')
    const types = layerTypes(
      config,
      layers,
      (index) => (full?.includes(index) === false ? 'conv' : 'full_attention'),
      WITH_CONVOLUTIONS,
    )
    const layer = (type: string) =>
      container('Lfm2DecoderLayer', {
        ...(type === 'full_attention' ? { self_attn: selfAttention } : { conv: convolution }),
        feed_forward: gatedMlp({ hiddenSize, ffnSize, names: ['w1', 'w3', 'w2'] }),
        operator_norm: norm,
        ffn_norm: norm,
      })
    return {
      model: decoderModel('Lfm2Model', {
        ...sizes,
        layers: layersOfTypes(types, layer),
        norm,
        lastNorm: 'embedding_norm',
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ffnHiddenSize: ffnSize }),
    }
  },
  forward: () => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    dropout: { attention: 0 },
    attention: { cache: 'kept' },
    mixers: { conv: { kind: 'shortConv', states: 'everyLayer' } },
    feedForward: { activation: 'silu' },
  }),
  tensorPlan: PLAN_OF_VOCABULARY,
})

/** Two thirds of the stated size, scaled, and rounded up to a multiple: a gated MLP has three matrices where a plain one has two. */
function adjustedFfnSize(config: ConfigReader, stated: number): number {
  if (!config.boolean('block_auto_adjust_ff_dim', true)) return stated
  const twoThirds = Math.floor((2 * stated) / 3)
  if (config.isNull('block_ffn_dim_multiplier')) return twoThirds
  const multiple = config.positive('block_multiple_of', 256)
  const multiplier = config.number('block_ffn_dim_multiplier', 1)
  if (multiplier < 0) throw config.invalid('block_ffn_dim_multiplier', 'a number of 0 or more')
  const scaled = Math.floor(multiplier * twoThirds)
  return multiple * Math.ceil(scaled / multiple)
}
