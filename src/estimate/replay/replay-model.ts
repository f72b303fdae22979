import type { Architecture } from '../../architecture/index.js'
import { type CompleteForwardPass, completeForwardPass } from './complete-forward-pass.js'
import { foldLayers, type Gap } from './folded-layers.js'
import { type ModelSizes, modelSizes } from './model-sizes.js'
import { baseOf, layersOf, type Named, type NamedLayer, submodule } from './submodules.js'
import { UndescribedBlock } from './undescribed-block.js'

/** A model with everything that a replay needs, computed once. */
export interface ReplayModel {
  /** The modules to replay, with only a few of many identical layers. */
  readonly architecture: Architecture
  /** How many layers like a layer, or experts like an expert, are not replayed, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  /** Where layers and experts are left out, by the name of the one before. */
  readonly gaps: ReadonlyMap<string, Gap>
  /** Whether experts may be left out too. */
  readonly foldsExperts: boolean
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  /** The module that contains embeddings and layers. */
  readonly base: Named
  readonly layers: readonly NamedLayer[]
  /** The output embedding; absent if the class has none. */
  readonly head: Named | undefined
}

/** What of a model is replayed only once. */
export interface Folding {
  /** How identical layers are left out. */
  readonly layers: typeof foldLayers
  /** What tells layers apart beside their modules. */
  readonly kindOf?: (layer: NamedLayer) => string
  /** Whether identical experts are left out. */
  readonly experts: boolean
}

/**
 * Prepares a model for replays.
 *
 * @param folding - what is left out
 * @throws UndescribedBlock for a model without a forward-pass model, or one that is not a stack of decoder layers
 */
export function replayModel(
  whole: Architecture,
  { layers: fold, kindOf, experts }: Folding = { layers: foldLayers, experts: true },
): ReplayModel {
  if (!whole.forward) throw new UndescribedBlock(`${whole.family} has no forward pass`)
  const forward = completeForwardPass(whole.forward, whole.dimensions)
  const sizes = modelSizes(whole.dimensions, forward)
  const { architecture, omitted, gaps } = fold(whole, forward, sizes, kindOf)
  const base = baseOf(architecture)
  if (!base) throw new UndescribedBlock(`${architecture.className} is not a stack of decoder layers`)
  const head = submodule({ name: '', module: architecture.root }, 'head')
  return { architecture, omitted, gaps, foldsExperts: experts, forward, sizes, base, layers: layersOf(base), head }
}
