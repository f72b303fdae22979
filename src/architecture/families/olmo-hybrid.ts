import { jointNorms, llamaAttention } from '../blocks/attention.js'
import { postNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { type DecoderSizes, decoderDimensions } from '../blocks/decoder-sizes.js'
import { deltaNet } from '../blocks/delta-net.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layersOfTypes, layerTypes, WITH_LINEAR } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * Olmo Hybrid (Ai2 2026, https://allenai.org/olmo): gated delta networks in three layers of four, the attention of
 * OLMo 2 in the fourth.
 */
export const olmoHybrid = causalLmFamily({
  modelType: 'olmo_hybrid',
  name: 'OlmoHybrid',
  defaults: {
    vocab_size: 100_352,
    hidden_size: 3840,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 30,
    max_position_embeddings: 65_536,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const norm = rmsNorm(sizes.hiddenSize)
    const { hiddenSize, layers } = sizes
    const deltaSizes = deltaSizesOf(config, sizes)
    const keyFeatures = deltaSizes.keyHeads * deltaSizes.keyHeadDim
    const valueFeatures = deltaSizes.valueHeads * deltaSizes.valueHeadDim
    const projections = {
      q_proj: linear(hiddenSize, keyFeatures),
      k_proj: linear(hiddenSize, keyFeatures),
      v_proj: linear(hiddenSize, valueFeatures),
      a_proj: linear(hiddenSize, deltaSizes.valueHeads),
      b_proj: linear(hiddenSize, deltaSizes.valueHeads),
      g_proj: linear(hiddenSize, valueFeatures),
    }
    const linearAttention = deltaNet(
      'OlmoHybridGatedDeltaNet',
      deltaSizes,
      ({ convolution, norm: o_norm, output }) => ({ ...projections, o_proj: output, conv1d: convolution, o_norm }),
      { decayFirst: true },
    )
    const mlp = gatedMlp(sizes)
    const fullLayer = postNormLayer('OlmoHybridAttentionDecoderLayer', {
      norm,
      attention: llamaAttention(sizes, config, jointNorms(sizes)),
      mlp,
    })
    const linearLayer = container('OlmoHybridLinearAttentionDecoderLayer', {
      mlp,
      input_layernorm: norm,
      post_attention_layernorm: norm,
      linear_attn: linearAttention,
    })
    // With fewer than four layers, the last layer has full attention.
    const isFull = (index: number) => index % 4 === 3 || (layers < 4 && index === layers - 1)
    const types = layerTypes(
      config,
      layers,
      (index) => (isFull(index) ? 'full_attention' : 'linear_attention'),
      WITH_LINEAR,
    )
    const layer = (type: string) => (type === 'linear_attention' ? linearLayer : fullLayer)
    return {
      model: decoderModel('OlmoHybridModel', {
        ...sizes,
        layers: layersOfTypes(types, layer),
        norm,
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    }
  },
  forward: (config, dimensions) => ({
    // Nothing is rotated if `rope_theta` is null.
    ...(config.object('rope_parameters').raw('rope_theta') !== null && {
      rotation: { features: 'all', float32: 'tables', receivers: 'attention', frequencies: 'modelTwice' },
    }),
    norm: 'rmsNormFloat32Product',
    mixers: {
      linear_attn: {
        kind: 'solvedDelta',
        ...deltaSizesOf(config, dimensions),
        projections: 'separate',
        doublesRate: config.boolean('linear_allow_neg_eigval', true),
        states: 'assigned',
      },
    },
    feedForward: { activation: config.string('hidden_act', 'silu') },
    float32Parameters: ['.A_log'],
  }),
  undivided: NOT_REPLAYED,
})

function deltaSizesOf(config: ConfigReader, { hiddenSize, heads }: Pick<DecoderSizes, 'hiddenSize' | 'heads'>) {
  const keyHeads = config.derived('linear_num_key_heads', heads)
  const keyHeadDim = config.derived('linear_key_head_dim', Math.floor((0.75 * hiddenSize) / keyHeads))
  return {
    hiddenSize,
    keyHeads,
    valueHeads: config.derived('linear_num_value_heads', heads),
    keyHeadDim,
    valueHeadDim: config.derived('linear_value_head_dim', 2 * keyHeadDim),
    kernelSize: config.integer('linear_conv_kernel_dim', 4),
  }
}
