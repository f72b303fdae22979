import { fusedAttention } from '../blocks/attention.js'
import type { ConfigReader } from '../config-reader.js'
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
})

/** Baichuan 2, which has a larger vocabulary and a setting for a loss of its own. */
function isSecond(config: ConfigReader): boolean {
  return config.has('z_loss_weight') || config.positive('vocab_size', 125_696) === 125_696
}

/** Its output embedding normalises its weight first, and is not a linear layer. */
function normalisedHead({ linear: _, ...head }: Module): Module {
  return { ...head, type: 'NormHead' }
}
