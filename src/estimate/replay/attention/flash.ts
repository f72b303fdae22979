import { flashBackwardBytes } from '../kernel-memory/attention-backward.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { castForAutocast } from './autocast.js'
import { type FusedKernel, fused } from './fused.js'
import type { AttentionSizes, Kernel } from './kernel.js'

/**
 * FlashAttention-2 (Dao 2023, arXiv:2307.08691). It supports no mask and at most 256 features a head; values must be as wide as
 * keys.
 */
export const flash: Kernel = {
  fallback: ({ masked, bias, headDim }, isValueAsWideAsKey) =>
    masked || bias || headDim > 256 || !isValueAsWideAsKey ? 'efficient' : undefined,
  attend: (layers, query, key, value, sizes) =>
    castForAutocast(layers, [query, key, value], sizes, (q, k, v) =>
      layers.kernels.padsAttention
        ? bucketed(layers, q, k, v, sizes)
        : isMultiple(sizes)
          ? fused(layers, q, k, v, sizes, FLASH)
          : padded(layers, q, k, v, sizes),
    ),
  // Flash returns its output in the memory order of the queries.
  isInOrder: (sizes) => !sizes.exchanged && isMultiple(sizes),
}

const FLASH: FusedKernel = {
  name: 'flash',
  logRows: (sequence) => sequence,
  hasLogsAlways: true,
  seedBytes: 16,
  backwardBytes: flashBackwardBytes,
}

/** Flash needs a multiple of this many features a head, and pads others with zeros. */
const STEP = 8

function isMultiple({ headDim }: AttentionSizes): boolean {
  return headDim % STEP === 0
}

function padded(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { ops } = layers
  const wide = Math.ceil(sizes.headDim / STEP) * STEP
  const filled = (tensor: Tensor): Tensor => ops.pad(tensor, (tensor.elements / sizes.headDim) * wide)
  const [q, k, v] = [filled(query), filled(key), filled(value)]
  const whole = fused(layers, q, k, v, sizes, FLASH)
  const output = ops.slice(whole, query.elements)
  ops.tape.free(q, k, v, whole)
  return output
}

/** Unsloth pads sequences to a multiple of this many tokens, by at least one (`UNSLOTH_SDPA_CUDNN_BUCKET`). */
const BUCKET = 128

/**
 * Attention of cuDNN on padded copies of queries, keys and values, whose output is copied without the padding
 * (`_cudnn_length_bucketed_sdpa` and `_sdpa_packed_segments` in `utils/attention_dispatch.py` of unsloth 2026.10.9): what Unsloth takes
 * without the packages of FlashAttention and xFormers, where torch prefers cuDNN. Texts of one length are computed together.
 */
function bucketed(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { ops } = layers
  const { tape } = ops
  const { sequence } = sizes
  const longer = sequence + BUCKET - (sequence % BUCKET)
  const filled = (tensor: Tensor): Tensor => ops.pad(tensor, (tensor.elements / sequence) * longer)
  const [q, k, v] = [filled(query), filled(key), filled(value)]
  const whole = fused(layers, q, k, v, { ...sizes, sequence: longer }, FLASH)
  const cut = ops.slice(whole, query.elements)
  const output = ops.contiguous(cut)
  tape.free(q, k, v, whole, cut)
  return output
}
