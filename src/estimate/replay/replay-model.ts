import type { Architecture } from '../../architecture/index.js'
import { type CompleteForwardPass, completeForwardPass } from './complete-forward-pass.js'
import { foldLayers } from './folded-layers.js'
import { type ModelSizes, modelSizes } from './model-sizes.js'
import { baseOf, layersOf, type Named, type NamedLayer, submodule } from './submodules.js'
import { UndescribedBlock } from './undescribed-block.js'

/** A model that is ready to be replayed: everything that a replay asks of it, worked out once. */
export interface ReplayModel {
  /** The modules that are replayed: of many equal layers only a few. */
  readonly architecture: Architecture
  /** How many layers like one are not replayed behind it, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  /** The module that holds embeddings and layers. */
  readonly base: Named
  readonly layers: readonly NamedLayer[]
  /** The output embedding; absent where the class has none. */
  readonly head: Named | undefined
}

/**
 * Makes a model ready to be replayed.
 *
 * @param fold - how equal layers are left out
 * @throws UndescribedBlock for a model without a described forward pass, or one that is no stack of decoder layers
 */
export function replayModel(whole: Architecture, fold: typeof foldLayers = foldLayers): ReplayModel {
  if (!whole.forward) throw new UndescribedBlock(`${whole.family} has no forward pass`)
  const forward = completeForwardPass(whole.forward, whole.dimensions)
  const sizes = modelSizes(whole.dimensions, forward)
  const { architecture, omitted } = fold(whole, forward, sizes)
  const base = baseOf(architecture)
  if (!base) throw new UndescribedBlock(`${architecture.className} is no stack of decoder layers`)
  const head = submodule({ name: '', module: architecture.root }, 'head')
  return { architecture, omitted, forward, sizes, base, layers: layersOf(base), head }
}
