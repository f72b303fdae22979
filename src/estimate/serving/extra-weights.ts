import { type Architecture, linearGroups } from '../../architecture/index.js'
import { shareOf } from './weights/share.js'
import { weightGroups } from './weights/weight-groups.js'
import type { WeightLayout } from './weights/weight-layout.js'
import type { WeightStorage } from './weights/weight-storage.js'

/**
 * Bytes on one GPU of so many LoRA adapters, in 16 bits, on every linear layer of the decoder. vLLM and SGLang stack them in tensors of the
 * largest rank: A whole on every rank, B divided like the layer.
 */
export function adapterBytes(model: Architecture, slots: number, rank: number, tensor: number): number {
  let bytes = 0
  for (const { linear, count, part } of linearGroups(model)) {
    if (part === 'head' || part === 'vision' || part === 'audio' || part === 'projector') continue
    bytes += count * rank * (linear.inFeatures + linear.outFeatures / tensor) * 2
  }
  return Math.ceil(bytes * slots)
}

/**
 * Bytes on one GPU of a draft layer: one more decoder layer like the last, and a projection of two hidden states to one (MTP of DeepSeek-V3,
 * arXiv:2412.19437; EAGLE, arXiv:2401.15077). It shares embeddings and head with the model.
 */
export function draftBytes(model: Architecture, storage: WeightStorage, layout: WeightLayout): number {
  const last = model.dimensions.layers - 1
  const { hiddenSize } = model.dimensions
  let bytes = 2 * hiddenSize * hiddenSize * 2
  for (const group of weightGroups(model)) {
    if (!group.layers?.includes(last)) continue
    const inLayer = group.count / group.layers.length
    bytes += ((group.elements * storage.bitsOf(group)) / 8) * inLayer * shareOf(group, layout, model)
  }
  return Math.ceil(bytes)
}
