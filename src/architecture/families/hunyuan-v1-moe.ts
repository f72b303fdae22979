import { llamaAttention } from '../blocks/attention.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { experts, expertsBlock, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { container, listOf } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/**
 * Hunyuan-A13B (Tencent 2025, https://github.com/Tencent-Hunyuan/Hunyuan-A13B): routed experts and a shared one as
 * wide as each.
 */
export const hunyuanV1Moe = causalLmFamily({
  modelType: 'hunyuan_v1_moe',
  liger: { keeps: ['headNorms'], isUnrecorded: true },
  name: 'HunYuanMoEV1',
  attributeMap: { num_local_experts: 'num_experts', num_experts_per_tok: 'moe_topk' },
  defaults: {
    vocab_size: 290_943,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const norm = rmsNorm(sizes.hiddenSize)
    const { hiddenSize, headDim, layers } = sizes
    const expertsOf = perLayer(config, 'num_experts')
    const layer = (count: number) =>
      preNormLayer('HunYuanMoEV1DecoderLayer', {
        norm,
        attention: llamaAttention(sizes, config, {
          query_layernorm: rmsNorm(headDim),
          key_layernorm: rmsNorm(headDim),
        }),
        mlp: expertsBlock('HunYuanMoEV1Moe', {
          gate: container('HunYuanMoEV1Gate', { wg: linear(hiddenSize, count) }),
          // The reference counts all experts as active, since the family has a field of its own for their number per token.
          experts: experts({ experts: count, expertsPerToken: undefined }, gatedMlp(sizes)),
          shared_mlp: gatedMlp(sizes),
        }),
      })
    const routing = { experts: expertsOf(0), expertsPerToken: perLayer(config, 'moe_topk')(0) }
    const moe = moeDimensions(routing, { layers, ffnSize: sizes.ffnSize, shared: 1 })
    return {
      model: decoderModel('HunYuanMoEV1Model', { ...sizes, layers: listOf(layers, expertsOf, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, moe }),
    }
  },
  forward: (config) => ({
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    attention: { headNorms: 'rotated' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        sharedFirst: true,
        router: 'softmaxOfFloat32Input',
        ownView: true,
        returnsLogits: false,
        float32Parameters: ['.gate.wg.weight'],
      },
    },
  }),
  undivided: ONLY_IN_5,
})

/** A number that the config states once for all layers, or as a list with one number a layer. */
function perLayer(config: ConfigReader, name: string): (index: number) => number {
  const list = Array.isArray(config.raw(name)) ? config.integers(name) : undefined
  const same = list ? 1 : config.integer(name, 1)
  return (index) => list?.[index] ?? same
}
