import type { Peak } from './replay/memory-ledger.js'
import type { KernelMemory } from './replay/step/step-memory.js'

/** What the kernels do that hold most within themselves, by torch's names of their operations. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['sum', 'a sum over all tokens, such as the gradient of a bias'],
  ['embedding_dense_backward', 'the gradient of an embedding'],
  ['_scaled_dot_product_flash_attention_backward', 'the backward pass of attention'],
  ['_scaled_dot_product_efficient_attention_backward', 'the backward pass of attention'],
])

const MIB = 2 ** 20

/** The share of the peak from which on something is said of convolutions. */
const NOTABLE = 0.01

/** In what a GPU differs from the count of tensors, in sentences. */
export function kernelMemoryAssumptions(kernels: KernelMemory, peak: Peak): string[] {
  const { convolutionBytes } = kernels
  return [
    ...kernelSentences(kernels, peak),
    ...(convolutionBytes > NOTABLE * peak.totalBytes
      ? [
          `cuDNN's convolutions may hold copies of what they read and make, which are not counted: the peak may be ${mib(convolutionBytes)} higher`,
        ]
      : []),
  ]
}

function kernelSentences({ moreBytes, operation }: KernelMemory, peak: Peak): string[] {
  if (moreBytes > 0)
    return [
      `the overhead includes ${mib(moreBytes)} that kernels of a GPU hold within themselves at its peak (${WORDS.get(operation) ?? operation}), with the sizes of an H100`,
    ]
  if (moreBytes < 0)
    return [
      `on a GPU, torch adds gradients in place where it can, and the count of tensors does not: the peak at \`${peak.operation}\` may be ${mib(-moreBytes)} lower`,
    ]
  return []
}

function mib(bytes: number): string {
  const size = bytes / MIB
  return `${size < 10 ? size.toPrecision(2) : Math.round(size).toLocaleString('en-US')} MiB`
}
