/** Whose kernels compute norms, rotation and gated activations. */
export const KERNEL_SETS = ['torch', 'liger', 'unsloth'] as const

/** One {@link KERNEL_SETS}. */
export type KernelSet = (typeof KERNEL_SETS)[number]

/** What a set of kernels replaces. */
interface Fused {
  /**
   * Root mean square norms in one kernel that saves its input and an inverse deviation for each row, and writes the gradient
   * over that of its output (`ops/rms_norm.py` of Liger 0.8.5, `kernels/rms_layernorm.py` of Unsloth 2026.10).
   */
  readonly norms: boolean
  /** Rotation in place, forward and backward (`ops/rope.py` of Liger, `kernels/rope_embedding.py` of Unsloth). */
  readonly rotation: boolean
  /** Gated activations in one kernel that writes both gradients over its inputs (`ops/swiglu.py`, `ops/geglu.py` of Liger). */
  readonly gates: boolean
  /**
   * Layers with adapters as one operation in the dtype of the weights, without copies of the input (`kernels/fast_lora.py` of
   * Unsloth).
   */
  readonly adapters: boolean
}

/** What each set replaces. */
export const FUSED: Readonly<Record<KernelSet, Fused>> = {
  torch: { norms: false, rotation: false, gates: false, adapters: false },
  liger: { norms: true, rotation: true, gates: true, adapters: false },
  unsloth: { norms: true, rotation: true, gates: false, adapters: true },
}
