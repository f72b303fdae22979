import { headNorms, llamaAttention } from '../blocks/attention.js'
import { fusedMixture, sparseFrom } from '../blocks/experts.js'
import { llamaMlp } from '../blocks/gated-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Hunyuan 3 (Tencent 2026, https://github.com/Tencent-Hunyuan): a first dense layer, then routed experts and a shared one. */
export const hyV3 = decoderFamily({
  modelType: 'hy_v3',
  name: 'HYV3',
  attributeMap: { num_local_experts: 'num_experts' },
  defaults: {
    vocab_size: 120_832,
    hidden_size: 4096,
    intermediate_size: 13_312,
    num_hidden_layers: 80,
    num_attention_heads: 64,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => llamaAttention(sizes, config, headNorms(sizes)),
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('num_experts', 192),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1536)
    const shared = config.integer('num_shared_experts', 1)
    return {
      routing,
      ffnSize,
      shared,
      block: fusedMixture(
        'HYV3MoE',
        { hiddenSize, ffnSize, ...routing },
        {
          shared_experts: llamaMlp({ hiddenSize, ffnSize: ffnSize * shared }, config),
        },
      ),
      isSparse: sparseFrom(config, 1),
    }
  },
  forward: (config) => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: {
          logits: 'float32',
          scores: 'sigmoid',
          biased: true,
          divided: 'apart',
          sum: 'shifted',
          scaled: true,
        },
        joined: config.boolean('enable_moe_fp32_combine', true) ? 'float32' : 'sum',
        dispatch: 'grouped',
        float32Parameters: ['.mlp.gate.weight'],
        routerBuffer: 'float32',
      },
    },
  }),
  tensorPlan: PLAN,
})
