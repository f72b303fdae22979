/** The packages whose kernels transformers uses if they are installed. */
export const KERNEL_PACKAGES = ['fla', 'causal_conv1d', 'mamba_ssm'] as const

/** One {@link KERNEL_PACKAGES}, by the name that Python imports. */
export type KernelPackage = (typeof KERNEL_PACKAGES)[number]
