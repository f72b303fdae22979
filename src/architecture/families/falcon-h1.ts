import { llamaAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { llamaMlp } from '../blocks/gated-mlp.js'
import { innerSize, mamba2Mixer, mambaHeads } from '../blocks/mamba.js'
import { rmsNorm } from '../blocks/norm.js'
import { llamaForward } from '../forward/llama-forward.js'
import { container, repeated } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** Falcon-H1 (Zuo et al. 2025, arXiv:2507.22448): attention and Mamba-2 in parallel in every layer. */
export const falconH1 = causalLmFamily({
  modelType: 'falcon_h1',
  liger: { isUnrecorded: true },
  name: 'FalconH1',
  defaults: {
    vocab_size: 128_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 8192,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const { hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const channels = config.isNull('mamba_d_ssm')
      ? innerSize(config, 'mamba_expand', hiddenSize)
      : config.integer('mamba_d_ssm', 1024)
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
      outputBias: config.boolean('projectors_bias', false),
      convBias: config.boolean('mamba_conv_bias', true),
      norm: config.boolean('mamba_rms_norm', false) ? rmsNorm(channels) : undefined,
      type: 'FalconH1Mixer',
    })
    const layer = container('FalconH1DecoderLayer', {
      feed_forward: llamaMlp(sizes, config),
      mamba: mixer,
      self_attn: llamaAttention(sizes, config),
      input_layernorm: norm,
      pre_ff_layernorm: norm,
    })
    const mamba = { mambaLayers: layers, attentionLayers: layers, mlpLayers: 0, stateSize, convKernel }
    return {
      model: decoderModel('FalconH1Model', {
        ...sizes,
        layers: repeated(layers, layer),
        norm,
        lastNorm: 'final_layernorm',
      }),
      dimensions: { ...decoderDimensions(sizes, { gatedMlp: true }), mamba },
    }
  },
  forward: (config, { mamba, ...dimensions }) => {
    const channels = config.isNull('mamba_d_ssm')
      ? innerSize(config, 'mamba_expand', dimensions.hiddenSize)
      : config.integer('mamba_d_ssm', 1024)
    const convolved = channels + 2 * config.integer('mamba_n_groups', 1) * (mamba?.stateSize ?? 0)
    const grouped = config.boolean('mamba_norm_before_gate', true) ? 'groupsBeforeGate' : 'groupsAfterGate'
    return {
      ...llamaForward(config),
      embedding: 'scaledInModel',
      masks: { size: 'forAllSequences' },
      attention: { cache: 'kept', scaledKeys: true },
      mixers: {
        mamba: {
          kind: 'chunkScan',
          chunkTokens: config.positive('mamba_chunk_size', 256),
          scaled: true,
          norm: config.boolean('mamba_rms_norm', false) ? grouped : 'gateAlone',
          states: 'inPlace',
        },
      },
      // The multipliers of all projected features, which the layers share.
      bufferElements: channels + convolved + config.integer('mamba_n_heads', 128),
      feedForward: { activation: config.string('hidden_act', 'silu'), scaled: true },
      residual: { order: 'sequential', besideMixer: true },
      logits: { form: 'scaled' },
    }
  },
  loraRefused: ['out_proj', 'conv1d'],
  undivided: ONLY_IN_5,
})
