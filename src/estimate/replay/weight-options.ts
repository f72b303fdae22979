import type { Shape } from '../../architecture/index.js'
import type { Sense } from '../../architecture/sense.js'
import type { AdapterPlan } from '../lora/adapter-plan.js'
import type { Division } from './division.js'
import type { ComputeDtype } from './dtype.js'
import type { PackedStorage } from './packed/packed-storage.js'
import type { Sharding } from './sharding/sharding.js'

/** How parameters are stored, and which of them are trained. */
export interface WeightOptions {
  readonly dtype: ComputeDtype
  /** Whether the model's own parameters are trained. */
  readonly trained: boolean
  /** Which of them, if not all. */
  readonly trains?: ((parameter: string) => boolean) | undefined
  /** How the weights of linear layers, except the output embedding, are stored; absent if like everything else. */
  readonly storage?: PackedStorage | undefined
  /** Whether it is a part of a model without the head, so that no linear layer is left as it is. */
  readonly hasOnlyLayers?: boolean
  /** Whether experts that are stacked in one parameter are stored so too. */
  readonly packsExperts?: boolean
  /** The dtype of what is not in `storage`, if not `dtype`: float32 after `prepare_model_for_kbit_training`. */
  readonly restDtype?: ComputeDtype | undefined
  /** Whether the model runs under autocast. */
  readonly autocast?: boolean
  readonly adapterDtype: ComputeDtype
  readonly adapters: AdapterPlan
  /** The ends of names of layers whose adapters get no gradients, because neither kernels nor the code run these layers. */
  readonly bypassed?: readonly string[]
  /** Whether nothing passes through the towers, so that what is trained there has no gradients, and therefore no states. */
  readonly idleTowers?: boolean
  /** Whether a pass without adapters reads the originals of copied modules, as that of a reference does. */
  readonly readsOriginals?: boolean
  /** What passes through some of them after all. */
  readonly senses?: readonly Sense[] | undefined
  /** How parameters are sharded over ranks; absent on one GPU. */
  readonly sharding?: Sharding | undefined
  /** How tensor-parallel ranks divide the model; absent if each has all of it. */
  readonly division?: Division | undefined
  /** How many layers like a layer, or experts like an expert, are not replayed, by its name. */
  readonly omitted?: ReadonlyMap<string, number>
}

/** One parameter to allocate. */
export interface Wanted {
  readonly name: string
  readonly shape: Shape
  readonly dtype: ComputeDtype
  readonly trained: boolean
  readonly storage?: PackedStorage | undefined
  readonly isAdapter?: boolean
  readonly isSecond?: boolean
  /** Whether it is of an adapter on a parameter, which has the name of that. */
  readonly isTarget?: boolean
  /** Whether it would be trained if a gradient reached it. */
  readonly isIdle?: boolean
  /** Whether autograd records what reads it, although no gradient comes of it. Default: no. */
  readonly isUnread?: boolean
  /** Whether no module reads it. Default: no. */
  readonly isUnused?: boolean
  /** What FSDP1 gathers it with, if it is in no module of the model. */
  readonly unit?: string
}
