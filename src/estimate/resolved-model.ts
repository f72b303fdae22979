import { type Architecture, isTower, moduleGroups, parametersByPart } from '../architecture/index.js'
import type { ModelSpec } from '../schemas/index.js'
import { architectureOfSpec } from './architecture-of-spec.js'
import { countLoraParameters } from './count-lora-parameters.js'
import { checkSizes } from './estimable-sizes.js'
import type { CheckedMemoryOptions } from './memory-options.js'
import { methodOf } from './methods.js'
import { type ReplayModel, replayModel } from './replay/replay-model.js'
import { UndescribedBlock } from './replay/undescribed-block.js'
import type { AdapterRank } from './replay/weights.js'

/** A model with everything that an estimate needs, computed once. */
export interface ResolvedModel {
  readonly architecture: Architecture
  /** The forward pass to replay, with its sizes and modules; or the reason why there is none. */
  readonly replay: ReplayModel | Unreplayable
  /** The rank of each module's adapter. Empty if the method trains no adapters. */
  readonly adapterRank: AdapterRank
  /** Assumptions about what the `ModelSpec` does not state, in sentences. */
  readonly assumptions: readonly string[]
}

/** Why a model cannot be replayed. */
export interface Unreplayable {
  readonly missing: string
}

/**
 * Resolves a model for a method.
 *
 * @throws RangeError for sizes that make a forward pass impossible, and adapters that match no layer
 * @throws CheckpointError for a `ModelSpec` with impossible sizes
 */
export function resolveModel(
  model: Architecture | ModelSpec,
  { method, lora }: Pick<CheckedMemoryOptions, 'method' | 'lora'>,
): ResolvedModel {
  const { architecture, assumptions } =
    'root' in model ? { architecture: model, assumptions: towerAssumptions(model) } : architectureOfSpec(model)
  if (architecture.forward) checkSizes(architecture)
  const adapterRank = methodOf(method).trains === 'adapters' ? adapterRanks(architecture, lora) : () => undefined
  return { architecture, replay: replayOf(architecture), adapterRank, assumptions }
}

/** What is assumed about the towers of a multimodal model: their weights count, but nothing passes through them. */
function towerAssumptions(model: Architecture): string[] {
  const towers = Object.keys(parametersByPart(model)).filter(isTower)
  if (towers.length === 0) return []
  return [
    `The inputs are text only: the weights of the ${towers.join(' and the ')} part are counted, activations and gradients inside it are not.`,
  ]
}

function replayOf(architecture: Architecture): ReplayModel | Unreplayable {
  if (!architecture.forward) return { missing: `its blocks are ${blocksOf(architecture)}` }
  try {
    return replayModel(architecture)
  } catch (error) {
    if (error instanceof UndescribedBlock) return { missing: error.message }
    throw error
  }
}

/** The classes of the modules that contain other modules, except the model itself. */
function blocksOf(model: Architecture): string {
  const types = new Set<string>()
  for (const { module } of moduleGroups(model)) if (module.children) types.add(module.type)
  types.delete(model.className)
  return [...types].slice(0, NAMED_BLOCKS).join(', ')
}

/** Enough to show what kind of model it is. */
const NAMED_BLOCKS = 8

/** The rank of each module's adapter, by the folded module names of `countLoraParameters`. */
function adapterRanks(model: Architecture, lora: CheckedMemoryOptions['lora']): AdapterRank {
  const ranks = new Map(
    countLoraParameters(model, lora).targets.map(({ name, rank }) => [
      name.replace(/\{[^}]*\}|(?<=\.)\d+(?=\.)/g, '#'),
      rank,
    ]),
  )
  return (name) => ranks.get(name.replace(/(?<=\.)\d+(?=\.)/g, '#'))
}
