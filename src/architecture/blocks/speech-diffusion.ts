import type { ConfigReader } from '../config-reader.js'
import { container, listOfAlike, type Module, repeated } from '../module.js'
import { convolution } from './convolution.js'
import { embedding } from './embedding.js'
import { linear } from './linear.js'

/**
 * The diffusion transformer (Peebles & Xie 2022, arXiv:2212.09748) with which Qwen2.5-Omni makes a spectrogram from codes of
 * speech.
 */
export function speechDiffusion(config: ConfigReader): Module {
  const hiddenSize = config.positive('hidden_size', 1024)
  const bands = config.integer('mel_dim', 80)
  const codeSize = config.integer('emb_dim', 512)
  const speakerSize = config.integer('enc_dim', 128)
  const inFeatures = bands + speakerSize + config.integer('enc_emb_dim', 192) + codeSize
  const withBias = { bias: true }
  return container('Qwen2_5OmniToken2WavDiTModel', {
    time_embed: container('DiTTimestepEmbedding', {
      time_mlp: numbered({ 0: linear(256, hiddenSize, withBias), 2: linear(hiddenSize, hiddenSize, withBias) }),
    }),
    text_embed: container('DiTCodecEmbedding', {
      codec_embed: embedding(config.integer('num_embeds', 8193) + 1, codeSize),
    }),
    input_embed: container('DiTInputEmbedding', {
      proj: linear(inFeatures, hiddenSize, withBias),
      spk_encoder: speakerEncoder(config, { bands, outChannels: speakerSize }),
    }),
    transformer_blocks: repeated(config.integer('num_hidden_layers', 22), block(config, hiddenSize)),
    norm_out: container('Qwen2_5_OmniAdaLayerNormZero_Final', {
      linear: linear(hiddenSize, 2 * hiddenSize, withBias),
    }),
    proj_out: linear(hiddenSize, bands, withBias),
  })
}

/** A block whose norms are scaled and shifted by the time of the diffusion. */
function block(config: ConfigReader, hiddenSize: number): Module {
  const features = config.positive('num_attention_heads', 16) * config.integer('head_dim', 64)
  const ffnSize = Math.trunc(hiddenSize * config.number('ff_mult', 2))
  const into = linear(hiddenSize, features, { bias: true })
  return container('DiTDecoderLayer', {
    attn_norm: container('Qwen2_5_OmniAdaLayerNormZero', {
      linear: linear(hiddenSize, 6 * hiddenSize, { bias: true }),
    }),
    attn: container(
      'DiTAttention',
      { to_q: into, to_k: into, to_v: into, to_out: numbered({ 0: linear(features, hiddenSize, { bias: true }) }) },
      { part: 'attention' },
    ),
    ff: container(
      'DiTMLP',
      {
        ff: numbered({
          0: linear(hiddenSize, ffnSize, { bias: true }),
          3: linear(ffnSize, hiddenSize, { bias: true }),
        }),
      },
      { part: 'mlp' },
    ),
  })
}

/** A list in which only some modules have parameters. */
function numbered(modules: Readonly<Record<number, Module>>): Module {
  const items = Object.entries(modules).map(([index, module]) => ({ indices: [Number(index)], module }))
  return { type: 'ModuleList', items }
}

/** ECAPA-TDNN (Desplanques et al. 2020, arXiv:2005.07143), which makes a vector of a speaker's voice. */
function speakerEncoder(
  config: ConfigReader,
  { bands, outChannels }: { readonly bands: number; readonly outChannels: number },
): Module {
  const channels = config.integers('enc_channels') ?? [256, 256, 256, 256, 768]
  const kernels = config.integers('enc_kernel_sizes') ?? [5, 3, 3, 3, 1]
  const scale = config.positive('enc_res2net_scale', 2)
  const squeezed = config.integer('enc_se_channels', 64)
  const attended = config.integer('enc_attention_channels', 64)
  const at = (list: readonly number[], index: number): number => list.at(index) ?? 0
  const blockAt = (index: number): Module =>
    index === 0
      ? timeDelay(bands, at(channels, 0), at(kernels, 0))
      : squeezeExcitation(at(channels, index - 1), at(channels, index), {
          scale,
          squeezed,
          kernel: at(kernels, index),
        })
  const last = at(channels, -1)
  return container('ECAPA_TimeDelayNet', {
    blocks: listOfAlike(Math.max(channels.length - 1, 1), String, blockAt),
    mfa: timeDelay(last, last, at(kernels, -1)),
    asp: container('AttentiveStatisticsPooling', {
      tdnn: timeDelay(3 * last, attended, 1),
      conv: convolution(attended, last, [1]),
    }),
    fc: convolution(2 * last, outChannels, [1]),
  })
}

function timeDelay(inChannels: number, outChannels: number, kernel: number): Module {
  return container('TimeDelayNetBlock', { conv: convolution(inChannels, outChannels, [kernel]) })
}

/** Convolutions over groups of channels, each of which sees what the one before made, and a gate for each channel. */
function squeezeExcitation(
  inChannels: number,
  outChannels: number,
  { scale, squeezed, kernel }: { readonly scale: number; readonly squeezed: number; readonly kernel: number },
): Module {
  const group = Math.floor(outChannels / scale)
  return container('SqueezeExcitationRes2NetBlock', {
    tdnn1: timeDelay(inChannels, outChannels, 1),
    res2net_block: container('Res2NetBlock', { blocks: repeated(scale - 1, timeDelay(group, group, kernel)) }),
    tdnn2: timeDelay(outChannels, outChannels, 1),
    se_block: container('SqueezeExcitationBlock', {
      conv1: convolution(outChannels, squeezed, [1]),
      conv2: convolution(squeezed, outChannels, [1]),
    }),
  })
}
