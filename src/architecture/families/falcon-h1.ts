import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { mamba2Mixer } from '../blocks/mamba.js'
import { innerSize } from '../blocks/mamba-model.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/** Falcon-H1 (Zuo et al. 2025, arXiv:2507.22448): attention and Mamba-2 side by side in every layer. */
export const falconH1: Family = {
  modelTypes: ['falcon_h1'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 128_000,
      hidden_size: 4096,
      intermediate_size: 14_336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 8192,
      tie_word_embeddings: false,
    })
    const { vocabSize, hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const channels = config.isNull('mamba_d_ssm')
      ? innerSize(config, 'mamba_expand', hiddenSize)
      : config.integer('mamba_d_ssm', 1024)
    const stateSize = config.integer('mamba_d_state', 256)
    const convKernel = config.positive('mamba_d_conv', 4)
    const mixer = mamba2Mixer({
      hiddenSize,
      innerSize: channels,
      heads: config.integer('mamba_n_heads', 128),
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
      input_layernorm: norm,
      mamba: mixer,
      self_attn: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      pre_ff_layernorm: norm,
      feed_forward: gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
    })
    const mamba = { mambaLayers: layers, attentionLayers: layers, mlpLayers: 0, stateSize, convKernel }
    return causalLm({
      config,
      className,
      family: 'falcon_h1',
      name: 'FalconH1',
      model: container('FalconH1Model', {
        embed_tokens: embedding(vocabSize, hiddenSize),
        layers: repeated(layers, layer),
        final_layernorm: norm,
      }),
      dimensions: { ...decoderDimensions(sizes, { gatedMlp: true }), mamba },
    })
  },
}
