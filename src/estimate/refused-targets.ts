import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import type { ResolvedModel } from './resolved-model.js'
import { strategyOf } from './sharding-options.js'

/**
 * Refuses runs with adapters on whole parameters that no recorded run is like.
 *
 * @throws RangeError that says what to do
 */
export function refuseTargets({ adapters }: ResolvedModel, options: CheckedMemoryOptions): void {
  if (!adapters.hasParameters || methodOf(options.method).trains !== 'adapters') return
  const { sharding, kernels } = options
  const { shares, copiesOut } = strategyOf(sharding.strategy)
  if (sharding.ranks > 1 && shares === 'parameters' && !copiesOut)
    throw new RangeError(
      `${ON_PARAMETERS} with ${sharding.strategy}, whose gathered parameters PEFT holds: pass fsdp2, hsdp, ddp, zero-1 or zero-2`,
    )
  if (sharding.ranks > 1 && copiesOut && sharding.parameterDtype !== undefined)
    throw new RangeError(
      `${ON_PARAMETERS} with \`sharding.parameterDtype\`, of which no run was recorded: leave it out`,
    )
  if (kernels === 'unsloth')
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
