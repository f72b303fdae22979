import { fusedAttention } from '../blocks/attention.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { ForwardPass } from '../forward/index.js'
import type { Module } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Baichuan 1 and 2 (Yang et al. 2023, arXiv:2309.10305), in the classes of their authors: Llama with one projection. */
export const baichuan = decoderFamily({
  modelType: 'baichuan',
  name: 'Baichuan',
  attributeMap: { model_max_length: 'max_position_embeddings' },
  defaults: {
    vocab_size: 125_696,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  sizes: (sizes) => ({ ...sizes, kvHeads: sizes.heads, tiedEmbeddings: false }),
  attention: (sizes) => fusedAttention({ ...sizes, names: ['W_pack', 'o_proj'], type: 'Attention' }),
  output: (head, config) => (isSecond(config) ? normalisedHead(head) : head),
  forward: baichuanForward,
})

/** The code of Baichuan 2: the 7B model rotates, and the 13B model, whose config has `model_max_length` alone, biases scores by distance. */
function baichuanForward(config: ConfigReader, { layers, hiddenSize, heads }: Dimensions): ForwardPass {
  const biases =
    Object.hasOwn(config.content, 'model_max_length') && !Object.hasOwn(config.content, 'max_position_embeddings')
  const positions = config.positive(['max_position_embeddings', 'model_max_length'], 4096)
  const headDim = Math.floor(hiddenSize / Math.max(heads, 1))
  return {
    norm: 'rmsNormOfInput',
    attention: { written: { kind: 'packedThree', biases }, eagerOnly: biases },
    masks: biases ? { size: 'none' } : { given: 'eachSequence' },
    ...(biases
      ? { places: 'none', keptBiases: positions }
      : { float32BufferElements: 2 * layers * positions * headDim }),
    feedForward: { activation: config.string('hidden_act', 'silu') },
    dropout: { attention: 0 },
    recomputes: 'reentrant',
    logits: { prefill: 'allTokens', shifts: 'beside', normalisesHead: true, addsLargest: true },
    says: [
      'the code of Baichuan 2 without xformers, which would compute attention in training',
      'in the first pass of inference the code also normalises the output embedding, in a copy that is not counted',
    ],
    undescribed: isSecond(config)
      ? undefined
      : 'no model of the code of Baichuan 1, which only its authors have: estimate Baichuan 2 (`z_loss_weight: 0`) in its place',
  }
}

/** Baichuan 2, which has a larger vocabulary and a setting for a loss of its own. */
function isSecond(config: ConfigReader): boolean {
  return config.has('z_loss_weight') || config.positive('vocab_size', 125_696) === 125_696
}

/** Its output embedding normalises its weight first, and is not a linear layer. */
function normalisedHead({ linear: _, ...head }: Module): Module {
  return { ...head, type: 'NormHead' }
}
