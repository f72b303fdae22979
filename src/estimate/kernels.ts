/** The supported attention kernels. */
export const ATTENTION_KERNELS = ['flash', 'efficient', 'eager'] as const

/** The kernel that computes attention. It decides what attention saves for backward. */
export type AttentionKernel = (typeof ATTENTION_KERNELS)[number]
