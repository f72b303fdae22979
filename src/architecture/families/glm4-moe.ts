import { attention, headNorms } from '../blocks/attention.js'
import { experts, expertsBlock, router } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { deepseekV3Mixture } from '../forward/deepseek-mixture.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** GLM-4.5 and GLM-4.6 (Z.ai 2025, arXiv:2508.06471): first dense layers, then routed experts beside a shared one. */
export const glm4Moe = decoderFamily({
  modelType: 'glm4_moe',
  name: 'Glm4Moe',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 151_552,
    hidden_size: 4096,
    intermediate_size: 10_944,
    num_hidden_layers: 46,
    num_attention_heads: 96,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attention(sizes, config) {
    const also = config.boolean('use_qk_norm', false) ? headNorms(sizes) : {}
    return attention({ ...sizes, qkvBias: config.boolean('attention_bias', false), also })
  },
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('n_routed_experts', 128),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1408)
    const shared = config.integer('n_shared_experts', 1)
    const denseLayers = config.integer('first_k_dense_replace', 1)
    return {
      routing,
      ffnSize,
      shared,
      block: expertsBlock('Glm4MoeMoE', {
        gate: router(routing.experts, hiddenSize),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize })),
        shared_experts: gatedMlp({ hiddenSize, ffnSize: ffnSize * shared }),
      }),
      isSparse: (index) => index >= denseLayers,
    }
  },
  forward: (config, dimensions) => ({
    rotation: partialRotation(config, dimensions, 0.5),
    norm: 'rmsNorm',
    attention: { headNorms: 'allProjected' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { ...deepseekV3Mixture(config), routerBuffer: 'float32' },
    },
  }),
})
