import type { Architecture } from '../../architecture/index.js'
import { type CompleteForwardPass, completeForwardPass } from './complete-forward-pass.js'
import { foldLayers } from './folded-layers.js'
import { type ModelSizes, modelSizes } from './model-sizes.js'
import { baseOf, layersOf, type Named, type NamedLayer, submodule } from './submodules.js'
import { UndescribedBlock } from './undescribed-block.js'

/** A model with everything that a replay needs, computed once. */
export interface ReplayModel {
  /** The modules to replay, with only a few of many identical layers. */
  readonly architecture: Architecture
  /** How many identical layers after a layer are not replayed, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  /** The module that contains embeddings and layers. */
  readonly base: Named
  readonly layers: readonly NamedLayer[]
  /** The output embedding; absent if the class has none. */
  readonly head: Named | undefined
}

/**
 * Prepares a model for replays.
 *
 * @param fold - how identical layers are left out
 * @throws UndescribedBlock for a model without a forward-pass model, or one that is not a stack of decoder layers
 */
export function replayModel(whole: Architecture, fold: typeof foldLayers = foldLayers): ReplayModel {
  if (!whole.forward) throw new UndescribedBlock(`${whole.family} has no forward pass`)
  const forward = completeForwardPass(whole.forward, whole.dimensions)
  const sizes = modelSizes(whole.dimensions, forward)
  const { architecture, omitted } = fold(whole, forward, sizes)
  const base = baseOf(architecture)
  if (!base) throw new UndescribedBlock(`${architecture.className} is not a stack of decoder layers`)
  const head = submodule({ name: '', module: architecture.root }, 'head')
  return { architecture, omitted, forward, sizes, base, layers: layersOf(base), head }
}
