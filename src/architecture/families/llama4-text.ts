import { attention } from '../blocks/attention.js'
import { expertsBlock, fusedExpertsTransposed } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import { NOT_DISPATCHED } from '../expert-plan.js'
import { container, range } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_LOCAL_EXPERTS } from '../tensor-plan.js'

/**
 * Llama 4's language model (Meta 2025, https://ai.meta.com/blog/llama-4-multimodal-intelligence): experts with a
 * shared one, in every layer or every other.
 */
export const llama4Text = decoderFamily({
  modelType: 'llama4_text',
  liger: { keeps: ['loss'], isUnrecorded: true },
  name: 'Llama4',
  defaults: {
    vocab_size: 202_048,
    hidden_size: 5120,
    intermediate_size: 8192,
    num_hidden_layers: 48,
    num_attention_heads: 40,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  modelName: 'Llama4TextModel',
  attentionPattern(config, layers) {
    const rotates = config.integers('no_rope_layers')
    const interval = config.positive('no_rope_layer_interval', 4)
    const isUnrotated = (index: number) => (rotates?.length ? rotates[index] === 0 : (index + 1) % interval === 0)
    return { unrotatedLayers: range(layers).filter(isUnrotated) }
  },
  attention,
  mlp: ({ hiddenSize }, config) => gatedMlp({ hiddenSize, ffnSize: denseFfnSize(config) }),
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_local_experts', 16),
      expertsPerToken: config.integer('num_experts_per_tok', 1),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      shared: 1,
      block: expertsBlock('Llama4TextMoe', {
        experts: fusedExpertsTransposed({ ...sizes, ...routing }),
        router: linear(sizes.hiddenSize, routing.experts),
        shared_expert: gatedMlp(sizes),
      }),
      isSparse: hasExperts(config),
    }
  },
  layer: (_, { norm, attention: selfAttention, mlp }) =>
    container('Llama4TextDecoderLayer', {
      self_attn: selfAttention,
      feed_forward: mlp,
      input_layernorm: norm,
      post_attention_layernorm: norm,
    }),
  dimensions({ ffnSize, layers }, config) {
    const dense = denseFfnSize(config)
    return { ffnHiddenSize: range(layers).every(hasExperts(config)) ? ffnSize : dense }
  },
  forward: (config) => ({
    rotation: { features: 'all', pairs: 'complex' },
    norm: 'rmsNorm',
    attention: {
      chunks: {
        chunkTokens: config.integer('attention_chunk_size', 8192),
        unitNorms: config.boolean('use_qk_norm', true),
        attentionTemperature: config.boolean('attn_temperature_tuning', true),
      },
      eager: { softmax: 'scores' },
    },
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: { router: 'batched' } },
    residual: { order: 'sequential', keepsNormalised: 'untilSum', keepsAttended: true },
  }),
  tensorPlan: { ...PLAN_OF_LOCAL_EXPERTS, transposesExperts: true },
  undispatched: NOT_DISPATCHED,
})

/** The width of the layers without experts. */
function denseFfnSize(config: ConfigReader): number {
  return config.integer('intermediate_size_mlp', 16_384)
}

/** Which layers have experts: those that `moe_layers` lists, or every so many. */
function hasExperts(config: ConfigReader): (index: number) => boolean {
  const listed = config.integers('moe_layers')
  const step = config.positive('interleave_moe_layer_step', 1)
  return (index) => (listed ? listed.includes(index) : (index + 1) % step === 0)
}
