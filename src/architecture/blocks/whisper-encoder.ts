import { type Children, container, type Module, repeated } from '../module.js'
import { convolution } from './convolution.js'
import { embedding } from './embedding.js'
import { fairseqLayer } from './fairseq-layer.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'

/** The sizes of Whisper's encoder (Radford et al. 2022, arXiv:2212.04356). */
export interface WhisperEncoderSizes {
  readonly hiddenSize: number
  readonly ffnSize: number
  readonly layers: number
  readonly heads: number
  /** Bands of the spectrogram. */
  readonly mels: number
  /** The longest recording in frames. */
  readonly positions: number
}

/** Whisper's encoder: two convolutions over the spectrogram, then transformer layers. */
export function whisperEncoder(type: string, sizes: WhisperEncoderSizes): Module {
  const { hiddenSize, layers, mels, positions } = sizes
  return container(type, {
    conv1: convolution(mels, hiddenSize, [3]),
    conv2: convolution(hiddenSize, hiddenSize, [3]),
    embed_positions: embedding(positions, hiddenSize),
    layers: repeated(layers, whisperLayer(`${type}Layer`, sizes)),
    layer_norm: layerNorm(hiddenSize),
  })
}

/** A layer of Whisper: fairseq's, with keys that have no bias. */
export function whisperLayer(
  type: string,
  sizes: Pick<WhisperEncoderSizes, 'hiddenSize' | 'ffnSize' | 'heads'>,
  { crossAttention = false } = {},
): Module {
  const layer = fairseqLayer(type, { ...sizes, crossAttention })
  const keysWithoutBias = (attention: Module | undefined): Module | undefined =>
    attention && {
      ...attention,
      children: { ...attention.children, k_proj: linear(sizes.hiddenSize, sizes.hiddenSize) },
    }
  const { self_attn, encoder_attn } = layer.children ?? {}
  const attentions: Children = {
    self_attn: keysWithoutBias(self_attn),
    ...(encoder_attn && { encoder_attn: keysWithoutBias(encoder_attn) }),
  }
  return container(type, { ...layer.children, ...attentions })
}
