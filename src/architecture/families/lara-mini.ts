import { headNorms, llamaAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { deltaNet, deltaNetSizes } from '../blocks/delta-net.js'
import { fusedMixture, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layersOfTypes, layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Lara Mini (2026, in transformers 5.24): gated delta networks between layers of attention, with a window or without, and small experts. */
export const laraMini = causalLmFamily({
  modelType: 'lara_mini',
  needsWindow: 'always',
  name: 'LaraMini',
  defaults: {
    vocab_size: 151_936,
    hidden_size: 1024,
    intermediate_size: 512,
    num_hidden_layers: 34,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: true,
  },
  build(sizes, stated) {
    const config = withDefaults(stated)
    const { hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const types = layerTypes(config, layers, (index) => PATTERN[index % PATTERN.length] ?? '', [...new Set(PATTERN)])
    const delta = deltaNetSizes(config, hiddenSize)
    const valueFeatures = delta.valueHeads * delta.valueHeadDim
    const linearAttention = deltaNet('LaraMiniGatedDeltaNet', delta, ({ convolution, norm: headNorm, output }) => ({
      conv1d: convolution,
      norm: headNorm,
      out_proj: output,
      in_proj_qkv: linear(hiddenSize, 2 * delta.keyHeads * delta.keyHeadDim + valueFeatures),
      in_proj_z: linear(hiddenSize, valueFeatures),
      in_proj_b: linear(hiddenSize, delta.valueHeads),
      in_proj_a: linear(hiddenSize, delta.valueHeads),
    }))
    const routing = {
      experts: config.positive('num_experts', 128),
      expertsPerToken: config.positive('num_experts_per_tok', 4),
    }
    const ffnSize = config.integer('moe_intermediate_size', 512)
    const mlp = fusedMixture(
      'LaraMiniSparseMoeBlock',
      { hiddenSize, ffnSize, ...routing },
      {
        shared_expert: gatedMlp({ hiddenSize, ffnSize: config.integer('shared_expert_intermediate_size', 512) }),
      },
      { routerLast: true },
    )
    const selfAttention = llamaAttention(sizes, config, headNorms(sizes))
    const layer = (type: string) =>
      container('LaraMiniDecoderLayer', {
        ...(type === 'linear_attention' ? { linear_attn: linearAttention } : { self_attn: selfAttention }),
        mlp,
        input_layernorm: norm,
        post_attention_layernorm: norm,
      })
    const moe = moeDimensions(routing, { layers, ffnSize, shared: 1 })
    return {
      model: decoderModel('LaraMiniModel', { ...sizes, layers: layersOfTypes(types, layer), norm }),
      dimensions: decoderDimensions(sizes, {
        gatedMlp: true,
        ffnHiddenSize: ffnSize,
        moe,
        ...windowOf(types, slidingWindow(config, 512)),
        unrotatedLayers: fullLayers(types),
      }),
    }
  },
  forward: (config, dimensions) => ({
    rotation: { features: 'all', receivers: 'rotated', frequencies: 'modelTwice' },
    norm: 'rmsNormFloat32Gain',
    mixers: {
      linear_attn: {
        kind: 'solvedDelta',
        ...deltaNetSizes(withDefaults(config), dimensions.hiddenSize),
        projections: 'joint',
        norm: 'float32',
        states: 'assigned',
      },
    },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: {
          logits: 'float32',
          scores: 'softmax',
          divided: config.boolean('norm_topk_prob', true) ? 'apart' : 'no',
          narrowed: true,
        },
        dispatch: 'grouped',
      },
    },
  }),
  undivided: NOT_REPLAYED,
})

/** The config with the defaults of its class. */
function withDefaults(stated: ConfigReader): ConfigReader {
  return stated.withDefaults({ linear_num_key_heads: 8, linear_num_value_heads: 16 })
}

const PATTERN = ['linear_attention', 'sliding_attention', 'linear_attention', 'full_attention', 'sliding_attention']
