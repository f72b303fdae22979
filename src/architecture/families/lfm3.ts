import { attention, headNorms } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layersOfTypes, layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { shortConv } from '../blocks/short-conv.js'
import { tablesOfKinds } from '../forward/rotation.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { PLAN_OF_VOCABULARY } from '../tensor-plan.js'

/** LFM3 (Liquid AI 2026, https://www.liquid.ai): LFM2 with windows, gates on the heads of attention, and norms after the blocks. */
export const lfm3 = causalLmFamily({
  modelType: 'lfm3',
  needsWindow: 'usual',
  name: 'Lfm3',
  defaults: {
    vocab_size: 128_000,
    hidden_size: 2048,
    intermediate_size: 7680,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    num_key_value_heads: 4,
    head_dim: 128,
    max_position_embeddings: 128_000,
    tie_word_embeddings: true,
  },
  build(sizes, stated) {
    const config = stated.withDefaults({ conv_L_cache: 7 })
    const { hiddenSize, ffnSize, heads, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const gate = config.boolean('use_attention_gate', true) ? linear(hiddenSize, heads) : undefined
    const also = { ...headNorms(sizes), g_proj: gate }
    const mixers = {
      conv: { conv: shortConv('Lfm3ShortConv', config, hiddenSize) },
      attention: { self_attn: attention({ ...sizes, qkvBias: bias, outputBias: bias, also }) },
    }
    const after = config.boolean('use_sandwich_norm', true) ? norm : undefined
    const layer = (type: string) =>
      container('Lfm3DecoderLayer', {
        ...(type === 'conv' ? mixers.conv : mixers.attention),
        feed_forward: gatedMlp({ hiddenSize, ffnSize, names: ['w1', 'w3', 'w2'] }),
        operator_norm: norm,
        ffn_norm: norm,
        post_operator_norm: after,
        post_ffn_norm: after,
      })
    const types = layerTypes(config, layers, usualType, ['full_attention', 'sliding_attention', 'conv'])
    return {
      model: decoderModel('Lfm3Model', {
        ...sizes,
        layers: layersOfTypes(types, layer),
        norm,
        lastNorm: 'embedding_norm',
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...windowOf(types, slidingWindow(config, 256)) }),
    }
  },
  forward: (config, dimensions) => ({
    rotation: {
      features: 'all',
      float32: 'tables',
      tables: tablesOfKinds(dimensions),
      receivers: 'attention',
      frequencies: 'modelTwice',
    },
    norm: 'rmsNorm',
    dropout: { attention: 0 },
    ...(config.boolean('use_attention_gate', true) && {
      attention: { outputGate: { layer: 'g_proj', projected: 'behind', opens: 'sigmoid' } },
    }),
    mixers: { conv: { kind: 'shortConv', states: 'assigned' } },
    feedForward: { activation: 'silu' },
  }),
  tensorPlan: PLAN_OF_VOCABULARY,
})

function usualType(index: number): string {
  if (index % 4 === 2) return 'full_attention'
  return index % 4 === 0 && index > 0 ? 'sliding_attention' : 'conv'
}
