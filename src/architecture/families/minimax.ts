import { attention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { experts, expertsBlock, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layersOfTypes, layerTypes, slidingWindow, WITH_LINEAR, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { jitteredRouting } from '../forward/jittered-routing.js'
import { llamaForward } from '../forward/llama-forward.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * MiniMax-Text-01 (MiniMax 2025, arXiv:2501.08313): lightning attention, which keeps a state of constant size, in
 * every other layer; experts in all.
 */
export const minimax = causalLmFamily({
  modelType: 'minimax',
  name: 'MiniMax',
  attributeMap: { num_experts: 'num_local_experts' },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('num_local_experts', 8),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const { hiddenSize, layers } = sizes
    const features = sizes.heads * sizes.headDim
    const lightning = container(
      'MiniMaxLightningAttention',
      {
        norm: rmsNorm(features),
        qkv_proj: linear(hiddenSize, 3 * features),
        out_proj: linear(features, hiddenSize),
        output_gate: linear(hiddenSize, features),
      },
      { part: 'attention', state: { elements: features * sizes.headDim } },
    )
    const types = typesOf(config, layers)
    const layer = (type: string) =>
      container('MiniMaxDecoderLayer', {
        self_attn: type === 'linear_attention' ? lightning : attention(sizes),
        block_sparse_moe: expertsBlock('MiniMaxSparseMoeBlock', {
          gate: linear(hiddenSize, routing.experts),
          experts: experts(routing, gatedMlp({ ...sizes, names: ['w1', 'w3', 'w2'], downBeforeUp: true })),
        }),
        input_layernorm: norm,
        post_attention_layernorm: norm,
      })
    // A window, where the config has one, is that of the layers with full attention.
    const attended = types.map((type) => (type === 'full_attention' ? 'sliding_attention' : type))
    const window = windowOf(attended, slidingWindow(config))
    const moe = moeDimensions(routing, { layers, ffnSize: sizes.ffnSize })
    return {
      model: decoderModel('MiniMaxModel', {
        ...sizes,
        layers: layersOfTypes(types, layer),
        norm,
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window, moe }),
    }
  },
  forward: (config, { heads, headDim = 0, layers }) => {
    const blockTokens = config.positive('block_size', 256)
    const linearLayers = typesOf(config, layers).filter((type) => type === 'linear_attention').length
    return {
      ...llamaForward(config),
      undescribed: jitteredRouting(config),
      residual: { order: 'normalised' },
      mixers: {
        self_attn: { kind: 'lightning', having: 'output_gate', heads, headDim, blockTokens, states: 'assigned' },
      },
      // The slopes of the heads, and the decays of queries, keys and pairs of tokens in a block.
      bufferElements: linearLayers * heads * (1 + blockTokens) ** 2,
      feedForward: { activation: config.string('hidden_act', 'silu'), mixture: {} },
    }
  },
  undivided: NOT_REPLAYED,
})

/** Which layers have lightning attention. The default: every other one. */
function typesOf(config: ConfigReader, layers: number): readonly string[] {
  return layerTypes(config, layers, (index) => (index % 2 === 0 ? 'full_attention' : 'linear_attention'), WITH_LINEAR)
}
