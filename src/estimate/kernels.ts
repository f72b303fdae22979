/** The attention kernels that are replayed. */
export const ATTENTION_KERNELS = ['flash', 'efficient', 'eager'] as const

/** Which kernel computes attention, and what it keeps. */
export type AttentionKernel = (typeof ATTENTION_KERNELS)[number]
