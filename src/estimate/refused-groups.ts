import { parameters } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import { isWideIn } from './replay/wide-parameters.js'
import type { ResolvedModel } from './resolved-model.js'
import { trainingStepOf } from './training-step-of.js'

/**
 * Refuses parameters of two dtypes in one group of FSDP.
 *
 * @throws RangeError that names a parameter and a way out
 */
export function refuseMixedGroups(model: ResolvedModel, options: CheckedMemoryOptions): void {
  const found = mixedGroup(model, options)
  if (found) throw new RangeError(found)
}

/**
 * That torch 2.15 stops at parameters of two dtypes in one group of FSDP, with a way out; absent if it does not. Those of FSDP2 may differ if they are
 * frozen (`_init_mp_dtypes` of `_fsdp_param_group.py`), those of FSDP1 may not (`_validate_tensors_to_flatten` of `_flat_param.py`).
 */
export function mixedGroup(model: ResolvedModel, options: CheckedMemoryOptions): string | undefined {
  const { strategy, ranks } = options.sharding
  const says = ranks > 1 && STOPS.get(strategy)
  const { trains } = methodOf(options.method)
  if (!says || trains === 'nothing') return undefined
  const { parameterDtype } = trainingStepOf(model, options)
  if (parameterDtype === 'float32') return undefined
  const isMixed = says === FLAT ? () => true : isTrained(model, trains)
  const isWide = isWideIn(model.architecture)
  for (const { name } of parameters(model.architecture))
    if (isWide(name) && !isCastWhenLoaded(name) && isMixed(name))
      return `${strategy} stops at ${name}, which ${model.architecture.className} has in float32 among ${parameterDtype} ("${says}"): pass \`sharding.parameterDtype: 'float32'\``
  return undefined
}

/**
 * The decays of state spaces are in float32 in a model that is made from its config alone. `from_pretrained` casts them like other parameters, unless
 * a class names them among `_keep_in_fp32_modules`. None of those described here does (transformers 5.24).
 */
function isCastWhenLoaded(name: string): boolean {
  return name.endsWith('A_log')
}

function isTrained({ architecture, trains = () => true }: ResolvedModel, method: string): (name: string) => boolean {
  const { forward } = architecture
  const untrained = [
    ...(forward?.feedForward?.mixture?.untrainedParameters ?? []),
    ...(forward?.untrainedParameters ?? []),
  ]
  return (name) => method === 'weights' && trains(name) && !untrained.some((end) => name.endsWith(end))
}

const FLAT = 'Must flatten tensors with uniform dtype'
const EACH = 'FSDP expects uniform original parameter dtype'

/** What torch says. */
const STOPS: ReadonlyMap<string, string> = new Map([
  ['fsdp1', FLAT],
  ['fsdp2', EACH],
  ['hsdp', EACH],
])
