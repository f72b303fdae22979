import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { depthwiseConv } from '../blocks/depthwise-conv.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { type LatentDefaults, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import { layerTypes, WITH_LINEAR } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { container, type Module } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Kimi Linear (Moonshot AI 2025, arXiv:2510.26692): Kimi delta attention in three layers of four, latent attention in the others. */
export const kimiLinear = decoderFamily({
  modelType: 'kimi_linear',
  name: 'KimiLinear',
  attributeMap: {
    model_max_length: 'max_position_embeddings',
    num_experts: 'num_local_experts',
    num_experts_per_token: 'num_experts_per_tok',
    num_shared_experts: 'n_shared_experts',
  },
  defaults: {
    vocab_size: 163_840,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 27,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    head_dim: false,
    max_position_embeddings: 1_048_576,
    tie_word_embeddings: false,
  },
  // The class ties nothing, whatever the config says (`_tied_weights_keys`).
  sizes: (sizes) => ({ ...sizes, tiedEmbeddings: false }),
  attentionKinds: attentionTypes,
  attention: (sizes, config, kind) =>
    kind === 'linear_attention'
      ? kimiDeltaAttention(config, sizes.hiddenSize)
      : latentAttention({
          ...sizes,
          ...latent(config),
          bias: config.boolean('attention_bias', false),
          type: 'KimiLinearAttention',
        }),
  mlp: gatedMlp,
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'KimiLinearMoE',
      experts: 256,
      expertsPerToken: 8,
      ffnSize: 1024,
      shared: 1,
      denseLayers: 1,
      transformers: 5,
      expertFields: ['num_local_experts'],
    }),
  dimensions: (_, config) => ({ headDim: latent(config).queryHeadDim }),
  forward: (config) => ({
    norm: 'rmsNorm',
    attention: { latent: 'vector' },
    mixers: { self_attn: { kind: 'kimiDelta', ...deltaHeads(config), states: 'assigned', having: 'forget_gate' } },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { ...groupedDeepseekMixture(config), normalised: isNormalised(config) },
    },
    float32Parameters: ['.forget_gate.dt_bias'],
  }),
  undivided: NOT_REPLAYED,
})

const LATENT: LatentDefaults = {
  q_lora_rank: 0,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
}

/** The sizes of latent attention; queries have a bottleneck only if the config states one. */
function latent(config: ConfigReader) {
  const sizes = latentSizes(config, LATENT)
  return { ...sizes, queryRank: config.has('q_lora_rank') ? sizes.queryRank : undefined }
}

/** The kinds of the layers. Published configs number layers from 1. */
function attentionTypes(config: ConfigReader, layers: number): readonly string[] {
  const linear = config.object('linear_attn_config')
  const full = linear.integers('full_attn_layers')
  return layerTypes(
    config,
    layers,
    (index) => {
      const isFull = full ? full.includes(index + 1) : index > 0 && index % 4 === 0
      return isFull ? 'full_attention' : 'linear_attention'
    },
    WITH_LINEAR,
  )
}

/** The heads of the delta attention. */
function deltaHeads(config: ConfigReader) {
  const stated = config.object('linear_attn_config')
  return {
    heads: stated.integer('num_heads', config.integer('linear_num_heads', 32)),
    headDim: stated.derived('head_dim', config.integer('linear_head_dim', 128)),
  }
}

/** Whether a token's weights are divided by their sum; the field has a second name. */
function isNormalised(config: ConfigReader): boolean {
  return config.boolean(['norm_topk_prob', 'moe_renormalize'], true)
}

/** A gated delta network whose decay is a vector for each head. */
function kimiDeltaAttention(config: ConfigReader, hiddenSize: number): Module {
  const stated = config.object('linear_attn_config')
  const { heads, headDim } = deltaHeads(config)
  const kernel = stated.integer('short_conv_kernel_size', config.integer('linear_conv_kernel_dim', 4))
  const features = heads * headDim
  return container(
    'KimiLinearDeltaAttention',
    {
      q_proj: linear(hiddenSize, features),
      k_proj: linear(hiddenSize, features),
      v_proj: linear(hiddenSize, features),
      conv1d: depthwiseConv(3 * features, kernel),
      forget_gate: container(
        'KimiLinearForgetGate',
        { f_a_proj: linear(hiddenSize, headDim), f_b_proj: linear(headDim, features) },
        { parameters: { dt_bias: [features], A_log: [1, 1, heads, 1] } },
      ),
      b_proj: linear(hiddenSize, heads),
      g_a_proj: linear(hiddenSize, headDim),
      g_b_proj: linear(headDim, features),
      o_norm: rmsNorm(headDim),
      o_proj: linear(features, hiddenSize),
    },
    {
      part: 'recurrence',
      state: { convolution: { channels: 3 * features, kernel }, elements: features * headDim },
    },
  )
}
