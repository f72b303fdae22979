import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { experts, expertsBlock, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { DEEPSEEK_LATENT, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { NOT_DISPATCHED } from '../expert-plan.js'
import { container, repeated } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * LongCat-Flash (Meituan 2025, arXiv:2509.01322): each layer has attention and a dense network twice, with one mixture of
 * experts in parallel; some experts are the identity.
 */
export const longcatFlash = causalLmFamily({
  modelType: 'longcat_flash',
  name: 'LongcatFlash',
  defaults: {
    vocab_size: 131_072,
    hidden_size: 6144,
    intermediate_size: 12_288,
    num_hidden_layers: 56,
    num_attention_heads: 64,
    head_dim: false,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  build(stated, config) {
    // `num_hidden_layers` counts attention blocks, of which a layer has two.
    const layers = config.integer('num_layers', 28)
    const sizes = { ...stated, layers, ffnSize: config.integer('ffn_hidden_size', 12_288) }
    const { hiddenSize } = sizes
    const norm = rmsNorm(hiddenSize)
    const latent = latentSizes(config, DEEPSEEK_LATENT)
    const attention = latentAttention({
      ...sizes,
      ...latent,
      bias: config.boolean('attention_bias', false),
      type: 'LongcatFlashMLA',
    })
    const routing = {
      experts: config.integer('n_routed_experts', 512),
      expertsPerToken: config.integer('moe_topk', 12),
    }
    const routed = routing.experts + config.integer('zero_expert_num', 256)
    const ffnSize = config.integer('expert_ffn_hidden_size', 2048)
    doubtIdentities(config, layers * (routed - routing.experts) * 2 * ffnSize * hiddenSize)
    const bias = config.boolean('router_bias', false)
    const layer = container('LongcatFlashDecoderLayer', {
      mlp: expertsBlock('LongcatFlashMoE', {
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize })),
        router: container('LongcatFlashTopkRouter', { classifier: linear(hiddenSize, routed, { bias }) }),
      }),
      self_attn: repeated(2, attention),
      mlps: repeated(2, gatedMlp(sizes)),
      input_layernorm: repeated(2, norm),
      post_attention_layernorm: repeated(2, norm),
    })
    return {
      model: decoderModel('LongcatFlashModel', { ...sizes, layers: repeated(layers, layer), norm }),
      dimensions: decoderDimensions(sizes, {
        gatedMlp: true,
        headDim: latent.queryHeadDim,
        moe: moeDimensions(routing, { layers, ffnSize }),
      }),
    }
  },
  keptInFloat32: ['classifier.weight'],
  keepsFloat32: 'inFloat16',
  forward(config, { layers }) {
    const identityExperts = config.integer('zero_expert_num', 256)
    return {
      rotation: { features: latentSizes(config, DEEPSEEK_LATENT).ropeHeadDim, pairs: 'neighbours' },
      norm: 'rmsNorm',
      attention: { scaledLatent: true },
      feedForward: {
        activation: config.string('hidden_act', 'silu'),
        mixture: {
          router: 'softmaxByBias',
          identityExperts,
          ownView: true,
          dispatch: 'addedInWeightsDtype',
          returnsLogits: false,
          routerBuffer: 'model',
        },
      },
      // The code reads the weight of the router alone.
      untrainedParameters: ['.router.classifier.bias'],
      bypassedLayers: ['.router.classifier'],
      // The biases of the experts that return their input.
      bufferElements: layers * identityExperts,
      residual: { order: 'shortcut' },
    }
  },
  undivided: NOT_REPLAYED,
  undispatched: NOT_DISPATCHED,
})

/** The tensor of gates in transformers 5 has a part for the experts that return their input, too. Files have none. */
function doubtIdentities(config: ConfigReader, parameters: number): void {
  if (parameters > 0) {
    config.doubt(
      `transformers 5 makes ${parameters} parameters more, for gates of the experts that return their input. Files have no such tensors, and they are not counted here, as in 4.57.`,
    )
  }
}
