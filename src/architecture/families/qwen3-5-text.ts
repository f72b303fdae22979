import { gatedAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { deltaNet, deltaNetSizes } from '../blocks/delta-net.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layersOfTypes, qwenHybridTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { partialRotation } from '../forward/rotation.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/**
 * Qwen 3.5's language model (Qwen team 2026, https://qwen.ai/blog): gated delta networks in three layers of four,
 * gated attention in the fourth.
 */
export const qwen35Text = causalLmFamily({
  modelType: 'qwen3_5_text',
  name: 'Qwen3_5',
  defaults: {
    vocab_size: 248_320,
    hidden_size: 4096,
    intermediate_size: 12_288,
    num_hidden_layers: 32,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const norm = rmsNorm(sizes.hiddenSize)
    const { hiddenSize, layers } = sizes
    const types = qwenHybridTypes(config, layers)
    const selfAttention = gatedAttention(sizes, config)
    const deltaSizes = deltaNetSizes(config, hiddenSize)
    const keyFeatures = deltaSizes.keyHeads * deltaSizes.keyHeadDim
    const valueFeatures = deltaSizes.valueHeads * deltaSizes.valueHeadDim
    const linearAttention = deltaNet('Qwen3_5GatedDeltaNet', deltaSizes, {
      in_proj_qkv: linear(hiddenSize, 2 * keyFeatures + valueFeatures),
      in_proj_z: linear(hiddenSize, valueFeatures),
      in_proj_b: linear(hiddenSize, deltaSizes.valueHeads),
      in_proj_a: linear(hiddenSize, deltaSizes.valueHeads),
    })
    const layer = (type: string) =>
      container('Qwen3_5DecoderLayer', {
        input_layernorm: norm,
        ...(type === 'linear_attention' ? { linear_attn: linearAttention } : { self_attn: selfAttention }),
        post_attention_layernorm: norm,
        mlp: gatedMlp(sizes),
      })
    return {
      model: decoderModel('Qwen3_5TextModel', {
        ...sizes,
        layers: layersOfTypes(types, layer),
        norm,
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    }
  },
  forward: (config, dimensions) => ({
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
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
})
