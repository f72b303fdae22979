import { firstNameOf, namesOf } from '../architecture/groups.js'
import { type Architecture, parameterGroups } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import { isPart, isWideIn, keptModules } from './replay/wide-parameters.js'
import type { ResolvedModel } from './resolved-model.js'
import { trainingStepOf } from './training-step-of.js'

/**
 * Refuses parameters at which FSDP stops: two dtypes in one group, and blocks that several layers share.
 *
 * @throws RangeError that names a parameter and a way out
 */
export function refuseGroups(model: ResolvedModel, options: CheckedMemoryOptions): void {
  const found = stoppedGroup(model, options)
  if (found) throw new RangeError(found)
}

/** That torch 2.15 stops at a group of FSDP, with a way out; absent if it does not. */
export function stoppedGroup(model: ResolvedModel, options: CheckedMemoryOptions): string | undefined {
  const { strategy, ranks } = options.sharding
  const says = ranks > 1 ? STOPS.get(strategy) : undefined
  if (!says || methodOf(options.method).trains === 'nothing') return undefined
  return sharedBlock(model, strategy, says) ?? mixedGroup(model, options, says)
}

/** A block of several layers would be in several groups. FSDP2 stops there when it wraps the second one, FSDP1 when it runs. */
function sharedBlock({ architecture }: ResolvedModel, strategy: string, { shared }: Says): string | undefined {
  for (const { path, tiedTo = '' } of parameterGroups(architecture)) {
    const name = firstNameOf(path)
    if (isOfLayer(name) && isOfLayer(tiedTo))
      return `${strategy} stops at ${name}, which layers of ${architecture.className} share ("${shared}"): use zero-3`
  }
  return undefined
}

/**
 * Parameters of two dtypes. Those of FSDP2 may differ if they are frozen (`_init_mp_dtypes` of `_fsdp_param_group.py`), those of FSDP1 may not
 * (`_validate_tensors_to_flatten` of `_flat_param.py`).
 */
function mixedGroup(model: ResolvedModel, options: CheckedMemoryOptions, says: Says): string | undefined {
  const { architecture } = model
  const { parameterDtype } = trainingStepOf(model, options)
  if (parameterDtype === 'float32') return undefined
  const isMixed = says.dtypes === FLAT ? () => true : isTrained(model, methodOf(options.method).trains)
  const isInFloat32 = isWideIn(architecture)
  const kept = parameterDtype === 'float16' ? keptModules(architecture) : []
  const isWide = (name: string) => isInFloat32(name) || kept.some((one) => isPart(one, name))
  for (const name of namesWhere(architecture, isWide))
    if (isMixed(name))
      return `${options.sharding.strategy} stops at ${name}, which ${architecture.className} has in float32 among ${parameterDtype} ("${says.dtypes}"): pass \`sharding.parameterDtype: 'float32'\``
  return undefined
}

/** That FSDP2 stops at a parameter that a class freezes, once `from_pretrained` of transformers 5.24 has made a new one of it, which it does not freeze. */
export function stoppedOnceLoaded(model: ResolvedModel, options: CheckedMemoryOptions): string | undefined {
  const { strategy, ranks } = options.sharding
  const { architecture } = model
  const frozen = architecture.forward?.feedForward?.mixture?.untrainedParameters ?? []
  if (frozen.length === 0 || ranks === 1 || STOPS.get(strategy)?.dtypes !== EACH) return undefined
  if (methodOf(options.method).trains !== 'weights' || trainingStepOf(model, options).parameterDtype === 'float32')
    return undefined
  if (stoppedGroup(model, options)) return undefined
  const isWide = isWideIn(architecture)
  for (const name of namesWhere(architecture, isWide))
    if (frozen.some((end) => name.endsWith(end)))
      return `${name} is frozen, as in a model that is made from its config; \`from_pretrained\` of transformers 5.24 does not freeze it, and ${strategy} stops there ("${EACH}")`
  return undefined
}

/** The names of unique parameters that a test picks. It is asked once for equal parameters of several layers. */
function* namesWhere(architecture: Architecture, picks: (name: string) => boolean): Generator<string> {
  for (const { path, tiedTo } of parameterGroups(architecture))
    if (tiedTo === undefined && picks(firstNameOf(path))) yield* namesOf(path)
}

function isTrained({ architecture, trains = () => true }: ResolvedModel, method: string): (name: string) => boolean {
  const { forward, program } = architecture
  const untrained = [
    ...(forward?.feedForward?.mixture?.untrainedParameters ?? []),
    ...(forward?.untrainedParameters ?? []),
    ...(program?.untrained ?? []),
  ]
  return (name) => method === 'weights' && trains(name) && !untrained.some((end) => name.endsWith(end))
}

function isOfLayer(name: string): boolean {
  return /\.\d+\./.test(name)
}

const FLAT = 'Must flatten tensors with uniform dtype'
const EACH = 'FSDP expects uniform original parameter dtype'

/** What torch says. */
interface Says {
  readonly dtypes: string
  readonly shared: string
}

const TWICE = 'is shared with a parameter already managed by another FSDP group'

const STOPS: ReadonlyMap<string, Says> = new Map([
  ['fsdp1', { dtypes: FLAT, shared: 'The size of tensor a (0) must match the size of tensor b' }],
  ['fsdp2', { dtypes: EACH, shared: TWICE }],
  ['hsdp', { dtypes: EACH, shared: TWICE }],
])
