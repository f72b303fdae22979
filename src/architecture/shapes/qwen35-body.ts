import type { Dimensions } from '../architecture.js'
import { gatedAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import type { DecoderSizes } from '../blocks/decoder-sizes.js'
import { deltaNet, deltaNetFeatures, deltaNetSizes } from '../blocks/delta-net.js'
import { layersOfTypes, qwenHybridTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from '../forward/forward-pass.js'
import type { Mixture } from '../forward/mixture.js'
import { partialRotation } from '../forward/rotation.js'
import { container, type Module } from '../module.js'

/** The language model of Qwen 3.5: gated delta networks in three layers of four, gated attention in the fourth. */
export function qwen35Body(name: string, sizes: DecoderSizes, config: ConfigReader, mlp: Module): Module {
  const { hiddenSize, layers } = sizes
  const norm = rmsNorm(hiddenSize)
  const selfAttention = gatedAttention(sizes, config)
  const deltaSizes = deltaNetSizes(config, hiddenSize)
  const { keys, values } = deltaNetFeatures(deltaSizes)
  const linearAttention = deltaNet(`${name}GatedDeltaNet`, deltaSizes, ({ convolution, norm: headNorm, output }) => ({
    conv1d: convolution,
    norm: headNorm,
    out_proj: output,
    in_proj_qkv: linear(hiddenSize, 2 * keys + values),
    in_proj_z: linear(hiddenSize, values),
    in_proj_b: linear(hiddenSize, deltaSizes.valueHeads),
    in_proj_a: linear(hiddenSize, deltaSizes.valueHeads),
  }))
  const layer = (type: string) =>
    container(`${name}DecoderLayer`, {
      ...(type === 'linear_attention' ? { linear_attn: linearAttention } : { self_attn: selfAttention }),
      mlp,
      input_layernorm: norm,
      post_attention_layernorm: norm,
    })
  const types = qwenHybridTypes(config, layers)
  return decoderModel(`${name}TextModel`, { ...sizes, layers: layersOfTypes(types, layer), norm })
}

/** How Qwen 3.5 computes. */
export function qwen35Forward(config: ConfigReader, dimensions: Dimensions, mixture?: Mixture): ForwardPass {
  return {
    rotation: { ...partialRotation(config, dimensions, 0.25), axes: 'inTable', frequencies: 'modelTwice' },
    norm: 'rmsNormPlusOne',
    attention: { gated: true },
    mixers: {
      linear_attn: {
        kind: 'solvedDelta',
        ...deltaNetSizes(config, dimensions.hiddenSize),
        projections: 'joint',
        states: 'assigned',
      },
    },
    feedForward: { activation: config.string('hidden_act', 'silu'), ...(mixture && { mixture }) },
  }
}
