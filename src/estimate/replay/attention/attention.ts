import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import { outputOf, repeat } from '../repeat.js'
import type { Tensor } from '../tape.js'
import { type EagerStyle, eager } from './eager-attention.js'

/** Which kernel computes attention, and what it keeps. */
export type AttentionKernel = (typeof ATTENTION_KERNELS)[number]

/** Every {@link AttentionKernel}. */
export const ATTENTION_KERNELS = ['flash', 'efficient', 'eager'] as const

/** The sizes of one attention call. */
export interface AttentionSizes {
  readonly batch: number
  readonly sequence: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly kernel: AttentionKernel
  /** How eager attention is written out. */
  readonly eager?: EagerStyle
  /** The type that scores and values are computed in. */
  readonly dtype: ComputeDtype
  /** Whether scores are capped by a tanh (Gemma 2). */
  readonly softCap: boolean
  /** Whether a window is shorter than the sequence. */
  readonly masked: boolean
  /** The mask that eager attention adds to its scores. */
  readonly mask?: Tensor
  /** What the other kernels add to their scores: ALiBi, with the mask in it. */
  readonly bias?: Tensor
  /** Takes the attention weights that eager attention returns beside its output. */
  readonly keepWeights: (weights: Tensor) => void
  /** Whether the values of one head lie apart, as they do where they come from a projection and not from a cache. */
  readonly valuesApart: boolean
  /** Whether the one head of keys and values is given to the kernel as it is, which broadcasts it (Falcon). */
  readonly broadcasts?: boolean
  /** Whether keys and values are copied for each query head even where each has its own, as `repeat_interleave` does. */
  readonly copiesAlways?: boolean
  /** Whether the output comes with its dimensions exchanged, as it does where queries have been put together anew. */
  readonly exchanged: boolean
}

/** Attention over whole sequences; queries, keys and values stay the caller's. */
export function attend(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const kernel = kernelOf(sizes, key.elements === value.elements)
  const out = kernelOutput(layers, query, key, value, sizes, kernel)
  // Flash returns the order of the queries, and a plain product that of its factors; the other kernel always its own.
  const isInOrder = kernel === 'flash' && !sizes.exchanged && sizes.headDim % FLASH_STEP === 0
  if (kernel === 'efficient' || isInOrder) return out
  const ordered = layers.ops.contiguous(out)
  layers.ops.tape.free(out)
  return ordered
}

/** Flash takes no mask, heads of 256 features at most, and values as wide as keys. */
function kernelOf({ kernel, masked, bias, headDim }: AttentionSizes, isEven: boolean): AttentionKernel {
  return kernel === 'flash' && (masked || bias || headDim > 256 || !isEven) ? 'efficient' : kernel
}

/** Flash takes heads of whole multiples of so many features: others are filled up with zeros. */
const FLASH_STEP = 8

function kernelOutput(
  layers: Layers,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  sizes: AttentionSizes,
  kernel: AttentionKernel,
): Tensor {
  // Where there is a mask, transformers repeats keys and values before autocast sees them (`sdpa_attention.py`).
  if (kernel === 'efficient' && sizes.masked)
    return repeated(layers, query, key, value, sizes, (...wide) =>
      lowered(layers, wide, sizes, (q, k, v) => efficient(layers, q, k, v, sizes)),
    )
  if (kernel === 'eager') return eager(layers, query, key, value, sizes)
  return lowered(layers, [query, key, value], sizes, (q, k, v) => {
    if (kernel === 'efficient') return repeated(layers, q, k, v, sizes, (...wide) => efficient(layers, ...wide, sizes))
    return sizes.headDim % FLASH_STEP === 0 ? fused(layers, q, k, v, sizes, 'flash') : padded(layers, q, k, v, sizes)
  })
}

type Kernel = (query: Tensor, key: Tensor, value: Tensor) => Tensor

/** Runs a kernel on what autocast makes of its inputs. */
function lowered(
  layers: Layers,
  inputs: readonly [Tensor, Tensor, Tensor],
  { dtype }: AttentionSizes,
  kernel: Kernel,
): Tensor {
  const [query, key, value] = inputs
  const cast = [
    layers.castForAutocast(query, dtype),
    layers.castForAutocast(key, dtype),
    layers.castForAutocast(value, dtype),
  ] as const
  const output = kernel(...cast)
  layers.ops.tape.free(...cast)
  return output
}

/** Runs a kernel on keys and values of each query head. */
function repeated(
  layers: Layers,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { heads, kvHeads, masked, copiesAlways, broadcasts = false }: AttentionSizes,
  kernel: Kernel,
): Tensor {
  const groups = broadcasts ? 1 : heads / kvHeads
  // The one head of all is expanded, and stays a view (`repeat_kv`); torch's own way of repeating always copies.
  const isView = masked && kvHeads === 1
  const spread = (input: Tensor): Tensor =>
    copiesAlways && groups === 1 ? layers.ops.contiguous(input) : repeat(layers, input, groups, isView)
  const wide = [spread(key), spread(value)] as const
  const output = kernel(query, ...wide)
  layers.ops.tape.free(...wide)
  return output
}

function padded(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { ops } = layers
  const wide = Math.ceil(sizes.headDim / FLASH_STEP) * FLASH_STEP
  const filled = (tensor: Tensor): Tensor => ops.pad(tensor, (tensor.elements / sizes.headDim) * wide)
  const [q, k, v] = [filled(query), filled(key), filled(value)]
  const whole = fused(layers, q, k, v, sizes, 'flash')
  const output = ops.slice(whole, query.elements)
  ops.tape.free(q, k, v, whole)
  return output
}

/**
 * FlashAttention-2 (Dao 2023, arXiv:2307.08691) and the memory-efficient kernel (Rabe & Staats 2021, arXiv:2112.05682)
 * keep no scores: inputs, output, and the log of each row's sum in float32. Backward returns all three gradients at
 * once, whichever are needed.
 */
function fused(
  { ops }: Layers,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  sizes: AttentionSizes,
  kernel: 'flash' | 'efficient',
  bias?: Tensor,
): Tensor {
  const { tape } = ops
  // The efficient kernel rounds the number of rows up to whole blocks of 32.
  const length = kernel === 'flash' ? sizes.sequence : Math.ceil(sizes.sequence / 32) * 32
  const rows = sizes.batch * sizes.heads * length
  // The efficient kernel makes the logs where something is differentiated.
  const hasLogs = kernel === 'flash' || [query, key, value].some((input) => input.grad)
  const extras = [
    tape.ledger.allocate(hasLogs ? 4 * rows : 0),
    tape.ledger.allocate(kernel === 'flash' ? 16 : 8),
    tape.ledger.allocate(8),
  ]
  const output = tape.record(
    [query, key, value],
    { before: [query, key, value, ...(bias ? [bias] : [])], after: (out) => [out.storage, ...extras] },
    () => tape.tensor(outputOf(query, key, value), query.dtype, `_scaled_dot_product_${kernel}_attention`),
    () => {
      const made = [query, key, value].map((input) =>
        tape.ledger.allocate(input.storage.bytes > 0 ? input.elements * 2 : 0),
      )
      tape.ledger.observe(`_scaled_dot_product_${kernel}_attention_backward`)
      return made
    },
  )
  for (const extra of extras) tape.ledger.release(extra)
  return output
}

/** With a mask torch takes the efficient kernel, and the mask becomes a bias of its own. */
function efficient(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { ops } = layers
  const { tape } = ops
  const scores = sizes.batch * sizes.sequence * sizes.sequence
  const own = sizes.masked ? tape.tensor(scores, query.dtype, 'zeros') : undefined
  if (own) tape.free(tape.tensor(scores, 'bool', 'logical_not'))
  const output = fused(layers, query, key, value, sizes, 'efficient', own ?? sizes.bias)
  if (own) tape.free(own)
  return output
}
