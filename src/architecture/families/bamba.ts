import { llamaAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { llamaMlp } from '../blocks/gated-mlp.js'
import { innerSize, mamba2Mixer, mambaHeads } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { llamaForward } from '../forward/llama-forward.js'
import { partialRotation } from '../forward/rotation.js'
import { container, listOf, range } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** Bamba (IBM 2024, https://huggingface.co/blog/bamba): Mamba-2 in most layers, attention in the few that the config lists. */
export const bamba = causalLmFamily({
  modelType: 'bamba',
  name: 'Bamba',
  defaults: {
    vocab_size: 128_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 262_144,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const channels = innerSize(config, 'mamba_expand', hiddenSize)
    const stateSize = config.integer('mamba_d_state', 256)
    const convKernel = config.positive('mamba_d_conv', 4)
    const mixer = mamba2Mixer({
      hiddenSize,
      innerSize: channels,
      heads: mambaHeads(config, channels, { heads: 'mamba_n_heads', headDim: 'mamba_d_head' }),
      groups: config.integer('mamba_n_groups', 1),
      stateSize,
      convKernel,
      bias: config.boolean('mamba_proj_bias', false),
      convBias: config.boolean('mamba_conv_bias', true),
      norm: rmsNorm(channels),
      type: 'BambaMixer',
    })
    const selfAttention = llamaAttention(sizes, config)
    const attentive = new Set(config.integers('attn_layer_indices') ?? [])
    const layer = (attends: boolean) =>
      container('BambaDecoderLayer', {
        feed_forward: llamaMlp(sizes, config),
        input_layernorm: norm,
        pre_ff_layernorm: norm,
        ...(attends ? { self_attn: selfAttention } : { mamba: mixer }),
      })
    const attentionLayers = range(layers).filter((index) => attentive.has(index)).length
    const mamba = {
      mambaLayers: layers - attentionLayers,
      attentionLayers,
      mlpLayers: 0,
      stateSize,
      convKernel,
    }
    return {
      model: decoderModel('BambaModel', {
        ...sizes,
        layers: listOf(layers, (index) => attentive.has(index), layer),
        norm,
        lastNorm: 'final_layernorm',
      }),
      dimensions: { ...decoderDimensions(sizes, { gatedMlp: true }), mamba },
    }
  },
  forward: (config, dimensions) => ({
    ...llamaForward(config),
    rotation: partialRotation(config, dimensions, 0.5),
    undescribed:
      config.number('z_loss_coefficient', 0) > 0
        ? '`z_loss_coefficient` adds a second loss on the logits; set it to 0 to estimate without it'
        : undefined,
    masks: { given: 'prefill' },
    attention: { cache: 'kept' },
    mixers: {
      mamba: { kind: 'chunkScan', chunkTokens: config.positive('mamba_chunk_size', 256), states: 'inPlace' },
    },
  }),
  undivided: ONLY_IN_5,
})
