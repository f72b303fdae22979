import type { CheckedMemoryOptions } from './checked-memory-options.js'

/**
 * Refuses activations on the CPU that no code moves there.
 *
 * @throws TypeError that says what to do
 */
export function refuseOffloading({
  sharding,
  kernels,
  recompute,
}: Pick<CheckedMemoryOptions, 'sharding' | 'kernels' | 'recompute'>): void {
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
