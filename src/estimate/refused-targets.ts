import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import type { ResolvedModel } from './resolved-model.js'
import { strategyOf } from './sharding-options.js'

/**
 * Refuses runs with adapters on whole parameters that stop, or that are not replayed.
 *
 * @throws RangeError that says what to do
 */
export function refuseTargets({ adapters }: ResolvedModel, options: CheckedMemoryOptions): void {
  if (!adapters.hasParameters || methodOf(options.method).trains !== 'adapters') return
  const { sharding, kernels } = options
  // Seen with `fsdp_auto_wrap_policy`, with numbers on two ranks too: each matrix of an adapter is an FSDP module, which nobody calls.
  if (sharding.ranks > 1 && strategyOf(sharding.strategy).isFlat)
    throw new RangeError(
      'PEFT 0.21.2 stops at adapters on whole parameters with fsdp1: `ParamWrapper` reads their matrices, which FSDP has wrapped one by one, before they are gathered ("Output 0 of View is a view and its base or another view of its base has been modified inplace"). Pass fsdp2, hsdp, zero-3, zero-2, zero-1 or ddp',
    )
  if (kernels.startsWith('unsloth'))
    throw new RangeError(`${ON_PARAMETERS} with the kernels of unsloth, which has its own: leave \`kernels\` out`)
}

/**
 * The same for a layout, which divides tensors.
 *
 * @throws RangeError that says what to do
 */
export function refuseTargetsInLayout({ adapters }: ResolvedModel, { method }: CheckedMemoryOptions): void {
  if (adapters.hasParameters && methodOf(method).trains === 'adapters')
    throw new RangeError(`${ON_PARAMETERS} in a layout: give ranks in \`sharding\`, or leave the layout out`)
}

const ON_PARAMETERS = 'adapters on whole parameters, such as experts in one tensor, cannot be estimated'
