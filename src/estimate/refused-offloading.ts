import type { KernelSet } from './replay/kernel-set.js'
import type { Recomputation } from './replay/step/training-options.js'
import type { ShardingOptions } from './sharding-options.js'

/**
 * Refuses activations on the CPU that no code moves there.
 *
 * @throws TypeError that says what to do
 */
export function refuseOffloading({
  sharding,
  kernels,
  recompute,
}: {
  readonly sharding: ShardingOptions
  readonly kernels: KernelSet
  readonly recompute: Recomputation
}): void {
  const { offload = [], offloadedBy } = sharding
  if (!offload.includes('activations')) return
  if (kernels === 'unsloth-2026.10' && offloadedBy !== undefined)
    throw new TypeError('`sharding.offloadedBy` is for other kernels: Unsloth moves the inputs of layers itself')
  const who = kernels === 'unsloth-2026.10' ? 'Unsloth' : offloadedBy === 'llama-factory' ? 'LLaMA-Factory' : undefined
  if (who && recompute === 'none')
    throw new TypeError(
      `${who} keeps the inputs of recomputed layers on the CPU, and \`recompute\` is "none": leave "activations" out of \`sharding.offload\``,
    )
}
