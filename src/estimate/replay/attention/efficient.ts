import { efficientBackwardBytes } from '../kernel-memory/attention-backward.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { castForAutocast } from './autocast.js'
import { type FusedKernel, fused } from './fused.js'
import type { AttentionSizes, Kernel } from './kernel.js'
import { repeat } from './repeat.js'

/** The memory-efficient kernel (Rabe & Staats 2021, arXiv:2112.05682), which supports masks and biases. */
export const efficient: Kernel = {
  fallback: () => undefined,
  attend: (layers, query, key, value, sizes) =>
    // With a mask, transformers repeats keys and values before autocast casts them (`sdpa_attention.py`).
    sizes.masked || sizes.isMaskGiven || sizes.isWide
      ? repeated(layers, query, key, value, sizes, (...wide) =>
          castForAutocast(layers, wide, sizes, (q, k, v) => masked(layers, q, k, v, sizes)),
        )
      : castForAutocast(layers, [query, key, value], sizes, (q, k, v) =>
          repeated(layers, q, k, v, sizes, (...wide) => masked(layers, ...wide, sizes)),
        ),
  isInOrder: () => true,
}

const EFFICIENT: FusedKernel = {
  name: 'efficient',
  // The number of rows is rounded up to whole blocks of 32.
  logRows: (sequence) => Math.ceil(sequence / 32) * 32,
  hasLogsAlways: false,
  seedBytes: 8,
  backwardBytes: efficientBackwardBytes,
}

/** Runs a kernel with keys and values repeated for each query head. */
function repeated(
  layers: Layers,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { heads, kvHeads, masked, isMaskGiven, isWide, broadcasts = false }: AttentionSizes,
  compute: (query: Tensor, key: Tensor, value: Tensor) => Tensor,
): Tensor {
  const groups = broadcasts ? 1 : heads / kvHeads
  // A single key-value head is expanded as a view (`repeat_kv`), and torch's own repetition copies. Heads that are not shared stay as they are.
  const isView = (masked || isMaskGiven || isWide) && kvHeads === 1
  const wide = [repeat(layers, key, groups, isView), repeat(layers, value, groups, isView)] as const
  const output = compute(query, ...wide)
  layers.ops.tape.free(...wide)
  return output
}

/** A mask is converted to a bias. */
function masked(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { tape } = layers.ops
  const scores = (sizes.isMaskShared ? 1 : sizes.batch) * sizes.sequence * (sizes.keys ?? sizes.sequence)
  const own = sizes.masked ? tape.tensor(scores, query.dtype, 'zeros') : undefined
  if (own) tape.free(tape.tensor(scores, 'bool', 'logical_not'))
  const bias = own ?? (sizes.bias && castBias(layers, sizes.bias, scores, sizes))
  const aligned = bias && alignedBias(layers, bias, sizes)
  if (bias) tape.free(bias)
  const output = fused(layers, query, key, value, sizes, EFFICIENT, aligned)
  if (aligned) tape.free(aligned)
  return output
}

/** The elements that the rows of a mask are a multiple of (`preprocess_mask` in torch's attention.cpp). */
const MASK_STEP = 8

/** A mask with wider rows, if it needs them. */
function alignedBias({ ops: { tape } }: Layers, bias: Tensor, { alignsMask, keys, sequence }: AttentionSizes): Tensor {
  const columns = keys ?? sequence
  if (!alignsMask || columns % MASK_STEP === 0) return tape.alias(bias)
  const wide = Math.ceil(columns / MASK_STEP) * MASK_STEP
  return tape.tensor((bias.elements / columns) * wide, bias.dtype, 'constant_pad_nd')
}

/** Autocast casts a bias too, for each call. The copy of one that all sequences share has it once for each. */
function castBias(layers: Layers, bias: Tensor, scores: number, { dtype, isMaskOfKeys }: AttentionSizes): Tensor {
  const { tape } = layers.ops
  if (!layers.autocast || bias.dtype === dtype) return tape.alias(bias)
  if (bias.grad) return layers.ops.to(bias, dtype)
  return tape.tensor(isMaskOfKeys ? bias.elements : Math.max(bias.elements, scores), dtype, '_to_copy')
}
