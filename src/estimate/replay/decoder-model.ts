import type { Architecture } from '../../architecture/index.js'
import type { Sense } from '../../architecture/sense.js'
import type { CompleteForwardPass } from './complete-forward-pass.js'
import type { Gap } from './folding/omitted-layers.js'
import type { LeftOut } from './folding/repeated-layers.js'
import type { LabelHead } from './loss/label-head.js'
import type { ModelSizes } from './model-sizes.js'
import type { ModuleFacts } from './program/module-facts.js'
import type { Named, NamedLayer } from './submodules.js'

/** A decoder of text with everything that its forward pass needs. */
export interface DecoderModel {
  readonly architecture: Architecture
  /** How many layers like a layer, or experts like an expert, are not replayed, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  /** Where layers are left out. */
  readonly leftOut: LeftOut
  /** Where experts are left out, by the name of the one before. */
  readonly gaps: ReadonlyMap<string, Gap>
  /** Whether experts, and iterations of loops within a layer, may be left out too. */
  readonly foldsExperts: boolean
  readonly foldsLoops: boolean
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  /** The module that contains embeddings and layers. */
  readonly base: Named
  readonly layers: readonly NamedLayer[]
  /** The layer that makes a vector of each token; absent if the model does not end with one. */
  readonly vectors?: Named | undefined
  /** What it makes of images and sound. */
  readonly senses: readonly Sense[]
  /** What they need to know of the modules; absent if there are none. */
  readonly facts?: ModuleFacts | undefined
  /** The output embedding; absent if the class has none. */
  readonly head: Named | undefined
  /** The head of a class that labels texts, if it is one. */
  readonly labels?: LabelHead | undefined
  /** The layer with one output for each token, if the model is a reward or value model. */
  readonly score?: string
}
