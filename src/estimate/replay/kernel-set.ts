import type { LigerKept, LigerParts } from '../../architecture/index.js'

/**
 * Whose kernels compute norms, rotation and gated activations. `unsloth` are those of 2024, as fms-acceleration has them too; `unsloth-2026.10` those
 * that the preset `unsloth` chooses.
 */
export const KERNEL_SETS = ['torch', 'liger', 'unsloth', 'unsloth-2026.10'] as const

/** One {@link KERNEL_SETS}. */
export type KernelSet = (typeof KERNEL_SETS)[number]

/** What a set of kernels replaces in a model. */
export interface Kernels {
  readonly set: KernelSet
  /**
   * Root mean square norms in one kernel that saves its input and an inverse deviation for each row, and writes the gradient
   * over that of its output, or `beside` it (`ops/rms_norm.py` of Liger 0.8.5, `kernels/rms_layernorm.py` of Unsloth 2026.10).
   */
  readonly norms: 'no' | 'overOutput' | 'beside'
  /** Whether norms of queries and keys are among them. */
  readonly headNorms: boolean
  /** Rotation in place, forward and backward (`ops/rope.py` of Liger, `kernels/rope_embedding.py` of Unsloth). */
  readonly rotation: boolean
  /** Gated activations in one kernel that writes both gradients over its inputs (`ops/swiglu.py`, `ops/geglu.py` of Liger). */
  readonly gates: boolean
  /**
   * Layers with adapters as one operation in the dtype of the weights, without copies of the input (`kernels/fast_lora.py` of
   * Unsloth): each on its own, or `together` with those beside it, whole feed-forward networks and dropout too.
   */
  readonly adapters: 'no' | 'each' | 'together'
  /** Attention on copies that are padded to whole buckets of tokens (`utils/attention_dispatch.py` of Unsloth 2026.10.9). */
  readonly padsAttention: boolean
}

/** What a set replaces in a family in which Liger replaces these parts. */
export function kernelsOf(set: KernelSet, liger: LigerParts = {}): Kernels {
  const all = ALL[set]
  if (set !== 'liger') return all
  const keeps = (part: LigerKept): boolean => liger.keeps?.includes(part) ?? false
  return {
    ...all,
    norms: keeps('norms') ? 'no' : (liger.norms ?? 'overOutput'),
    headNorms: !keeps('headNorms'),
    rotation: !keeps('rotation'),
    gates: !keeps('gates'),
  }
}

const REPLACES_NOTHING = {
  norms: 'no',
  headNorms: false,
  rotation: false,
  gates: false,
  adapters: 'no',
  padsAttention: false,
} as const
const OF_UNSLOTH = { ...REPLACES_NOTHING, norms: 'overOutput', headNorms: true, rotation: true } as const

/** What each set replaces where it has a kernel for everything. */
const ALL: Readonly<Record<KernelSet, Kernels>> = {
  torch: { set: 'torch', ...REPLACES_NOTHING },
  liger: { set: 'liger', ...REPLACES_NOTHING, norms: 'overOutput', headNorms: true, rotation: true, gates: true },
  unsloth: { set: 'unsloth', ...OF_UNSLOTH, adapters: 'each' },
  'unsloth-2026.10': { set: 'unsloth-2026.10', ...OF_UNSLOTH, adapters: 'together', padsAttention: true },
}

/** The kernels of torch alone. */
export const OF_TORCH: Kernels = ALL.torch
