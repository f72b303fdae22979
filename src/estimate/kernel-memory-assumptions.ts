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

/** In what a GPU differs from the count of tensors, in sentences. */
export function kernelMemoryAssumptions({ moreBytes, operation }: KernelMemory, peak: Peak): string[] {
  if (moreBytes > 0)
    return [
      `the overhead includes ${mib(moreBytes)} that kernels of a GPU hold within themselves at its peak (${WORDS.get(operation) ?? operation}), with the sizes of an H100`,
    ]
  if (moreBytes < 0)
    return [
      `on a GPU, torch adds gradients in place where it can, unlike in the count of tensors: the peak at \`${peak.operation}\` may be ${mib(-moreBytes)} lower`,
    ]
  return []
}

function mib(bytes: number): string {
  const size = bytes / MIB
  return `${size < 10 ? size.toPrecision(2) : Math.round(size).toLocaleString('en-US')} MiB`
}
