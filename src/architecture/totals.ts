import type { ModuleTree } from './architecture.js'
import { type ParameterGroup, parameterGroups } from './groups.js'
import type { Part } from './module.js'
import { product, sum } from './safe-integer.js'

/**
 * The number of unique parameters of a model: a tied one counts once, buffers do not count.
 *
 * @throws CheckpointError `tensor_too_large` beyond 2^53
 */
export function totalParameters(architecture: ModuleTree): number {
  return sum(uniqueGroups(architecture).map(size))
}

/** The number of active parameters per token: of the routed experts, only those that a token is sent to count. */
export function activeParameters(architecture: ModuleTree): number {
  return sum(uniqueGroups(architecture).map(activeSize))
}

/** The number of unique parameters in each part of a model. They sum up to the total. */
export function parametersByPart(architecture: ModuleTree): Partial<Record<Part, number>> {
  const parts: Partial<Record<Part, number>> = {}
  for (const group of uniqueGroups(architecture)) parts[group.part] = sum([parts[group.part] ?? 0, size(group)])
  return parts
}

function uniqueGroups(architecture: ModuleTree): ParameterGroup[] {
  return [...parameterGroups(architecture)].filter(({ tiedTo }) => tiedTo === undefined)
}

function size({ shape, count }: ParameterGroup): number {
  return product([...shape, count])
}

function activeSize(group: ParameterGroup): number {
  if (group.routed === undefined) return size(group)
  const { experts, expertsPerToken } = group.routed
  return Math.round((size(group) / experts) * expertsPerToken)
}
