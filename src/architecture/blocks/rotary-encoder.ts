import { type Children, container, type Module, repeated } from '../module.js'
import { bertEmbeddings } from './bert.js'
import { layerNorm } from './norm.js'

/** The parts of an encoder like BERT's, with rotary positions instead of learned ones. */
export interface RotaryEncoderOptions {
  /** The prefix of the class names: `Gte`. */
  readonly name: string
  readonly hiddenSize: number
  readonly words: number
  /** The number of token types. */
  readonly segments: number
  readonly layers: number
  readonly attention: Module
  readonly mlp: Module
}

/** The embeddings and the layers of such an encoder (Su et al. 2021, arXiv:2104.09864): each block's output is normalised. */
export function rotaryEncoder(options: RotaryEncoderOptions): Children {
  const { name, hiddenSize, words, segments, layers, attention, mlp } = options
  const norm = layerNorm(hiddenSize)
  const layer = container(`${name}Layer`, {
    post_attention_layernorm: norm,
    mlp,
    self_attn: attention,
    post_mlp_layernorm: norm,
  })
  return { embeddings: bertEmbeddings(hiddenSize, { words, segments }), layers: repeated(layers, layer) }
}

/** The same with a pooler, which the classes make before the layers. */
export function withPooler({ embeddings, ...rest }: Children, pooler: Module): Children {
  return { embeddings, pooler, ...rest }
}
