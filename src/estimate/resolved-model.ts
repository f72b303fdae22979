import { familyOf } from '../architecture/families/index.js'
import { type Architecture, isTower, moduleGroups, parametersByPart } from '../architecture/index.js'
import type { Sense } from '../architecture/sense.js'
import { untied } from '../architecture/untied.js'
import { architectureOfSpec } from './architecture-of-spec.js'
import { checkModel } from './check-model.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { countLoraParameters } from './count-lora-parameters.js'
import { checkSizes } from './estimable-sizes.js'
import { type AdapterPlan, adapterPlan, NO_ADAPTERS } from './lora/adapter-plan.js'
import { defaultLora } from './lora/default-lora.js'
import type { LoraOptions } from './lora/options.js'
import { methodOf } from './methods.js'
import { foldLayers } from './replay/folding/folded-layers.js'
import { type Folding, type ReplayModel, replayModel } from './replay/replay-model.js'
import { UndescribedBlock } from './replay/undescribed-block.js'
import { type AskedInputs, senseAssumptions, sensesOf } from './senses.js'
import { type EstimableModel, type FileWeights, fileWeights, isArchitecture, isCheckpoint } from './served-model.js'
import { type WeightPrecision, type WeightStorage, weightStorage } from './serving/weights/weight-storage.js'
import { type TrainedNames, trainedPart } from './trained-part.js'

/** A model with everything that an estimate needs, computed once. */
export interface ResolvedModel {
  readonly architecture: Architecture
  /** The forward pass to replay, with its sizes and modules; or the reason why there is none. */
  readonly replay: ReplayModel | Unreplayable
  /** What it makes of the images and the sound of the run. */
  readonly senses: readonly Sense[]
  /** Which of the weights are trained, by name, if not all. */
  readonly trains: ((parameter: string) => boolean) | undefined
  /** What is trained beside the weights of the model. */
  readonly adapters: AdapterPlan
  /** Assumptions about what the `ModelSpec` does not state, in sentences. */
  readonly assumptions: readonly string[]
  /** How the weights are stored, where they are not trained. */
  readonly storage: (precision: WeightPrecision | undefined) => WeightStorage
  /** The weights in the checkpoint's files, if their headers were read. */
  readonly files?: FileWeights
}

/** Why a model cannot be replayed. */
export interface Unreplayable {
  readonly missing: string
}

/**
 * Resolves a model for a method.
 *
 * @param whole - the model that this is a stage of, whose modules tell what is trained, and what adapters are on
 * @throws RangeError for sizes that make a forward pass impossible, and adapters that match no layer
 * @throws CheckpointError for a `ModelSpec` with impossible sizes
 */
export function resolveModel(
  model: EstimableModel,
  options: Pick<
    CheckedMemoryOptions,
    'method' | 'lora' | 'recompute' | 'finetuning' | 'untied' | 'sharding' | 'kernels'
  > &
    AskedInputs,
  whole?: Architecture,
): ResolvedModel {
  const { method, lora, recompute, finetuning } = options
  const found = withOwnHead(understoodModel(model), options.untied)
  const senses = sensesOf(found.architecture, options)
  const understood = options.images > 0 ? withImages(found) : found
  const { architecture } = understood
  if (architecture.forward || architecture.program) checkSizes(architecture)
  const isAdapted = methodOf(method).trains === 'adapters' && !finetuning?.tokens
  const adapters = isAdapted
    ? adaptersOf(whole ?? architecture, { ...(lora ?? defaultLora(architecture.family)), ...finetuning?.adapters })
    : NO_ADAPTERS
  const part = finetuning?.part && trainedPart(whole ?? architecture, finetuning.part, finetuning.options.layers)
  const folding =
    finetuning?.tokens === 'prefixes' || architecture.forward?.vectors?.keepsStates || sendsAhead(options)
      ? EVERY_LAYER
      : foldingOf(adapters, recompute, part, Math.max(0, ...senses.map(({ behind = [] }) => behind.length)))
  const assumptions =
    senses.length > 0
      ? [...understood.assumptions.filter((one) => !one.startsWith(TEXT_ONLY)), ...senseAssumptions(senses, options)]
      : understood.assumptions
  return {
    ...understood,
    assumptions: adapters.hasParameters ? [...assumptions, WHOLE_SUMS] : assumptions,
    replay: replayOf(architecture, folding, senses),
    senses,
    adapters,
    trains: part?.trains,
  }
}

/** A model of a framework that does not tie the output embedding, whatever the config says, and why. */
function withOwnHead(model: UnderstoodModel, why: string | undefined): UnderstoodModel {
  const { architecture, assumptions } = model
  if (why === undefined || !architecture.dimensions.tiedEmbeddings) return model
  return { ...model, architecture: untied(architecture), assumptions: [...assumptions, why] }
}

/** A model whose program sees: the program of a run with images takes the place of that without. */
function withImages(model: UnderstoodModel): UnderstoodModel {
  const { architecture } = model
  const program = architecture.program?.seen
  return program ? { ...model, architecture: { ...architecture, program } } : model
}

/** A model, and how its weights are stored, before anything is known of the run. */
export type UnderstoodModel = Pick<ResolvedModel, 'architecture' | 'assumptions' | 'storage' | 'files'>

/**
 * Finds the modules of a model, and how its weights are stored.
 *
 * @throws RangeError for a checkpoint of an unknown family
 * @throws CheckpointError for a `ModelSpec` with impossible sizes
 * @throws TypeError for what is none of these models
 */
export function understoodModel(model: EstimableModel): UnderstoodModel {
  checkModel(model)
  if (isArchitecture(model))
    return {
      architecture: model,
      assumptions: [...model.notes, ...towerAssumptions(model)],
      storage: (precision) => weightStorage(model, { precision }),
    }
  if (!isCheckpoint(model)) {
    const rebuilt = architectureOfSpec(model)
    return { ...rebuilt, storage: (precision) => weightStorage(rebuilt.architecture, { precision, spec: model }) }
  }
  const { architecture, spec } = model
  if (architecture) {
    const files = fileWeights(model)
    // ModelOpt's own file, or the headers, may say what the config does not.
    const quantised = spec && !PLAIN.test(spec.precision) ? spec : undefined
    return {
      ...understoodModel(architecture),
      storage: (precision) => weightStorage(architecture, { precision, spec: quantised }),
      ...(files && { files }),
    }
  }
  if (spec) {
    const { ggufBytes: bytes } = model
    return { ...understoodModel(spec), ...(bytes !== undefined && { files: { bytes, float32Elements: 0 } }) }
  }
  throw new RangeError(
    'the checkpoint has no config.json of a known family: its headers alone do not tell the heads, so that neither cache nor activations can be estimated; "stored" has its parameters',
  )
}

const PLAIN = /^(?:b?float(?:16|32|64)|bf16|fp16)$/

const WHOLE_SUMS =
  'adapters on whole parameters, such as experts in one tensor: each forward pass computes the sum of the parameter and its update, which backward needs; `alpha` is not `rank`'

const TEXT_ONLY = 'The inputs are text only'

/** What is assumed about the towers of a multimodal model: their weights count, but nothing passes through them. */
function towerAssumptions(model: Architecture): string[] {
  const towers = Object.keys(parametersByPart(model)).filter(isTower)
  if (towers.length === 0 || model.program) return []
  return [
    `${TEXT_ONLY}: the weights of the ${towers.join(' and the ')} part are counted. Nothing passes through it, so that it has no activations, gradients and optimizer states.`,
  ]
}

/** Whether tensors of one layer are on their way to the CPU while the next one runs. */
function sendsAhead({ sharding, kernels }: Pick<CheckedMemoryOptions, 'sharding' | 'kernels'>): boolean {
  const { offload = [], offloadedBy } = sharding
  return offload.includes('activations') && offloadedBy !== 'llama-factory' && kernels !== 'unsloth-2026.10'
}

/** Each layer has prefixes of its own, or an output that is kept, or holds what the one before it has sent to the CPU. */
const EVERY_LAYER: Folding = { layers: foldLayers, kindOf: ({ name }) => name, experts: true, programs: false }

/** Layers are alike if their adapters are, if nothing of images is added behind them, and if both or none are recomputed. */
function foldingOf(
  adapters: AdapterPlan,
  recompute: CheckedMemoryOptions['recompute'],
  part: TrainedNames | undefined,
  seen: number,
): Folding {
  const every = typeof recompute === 'string' ? 1 : recompute.every
  return {
    layers: foldLayers,
    kindOf: ({ name, index }) =>
      `${index < seen ? index : ''} ${index % every === 0} ${part?.kindOf(name) ?? ''} ${adapters.kindOf(name)}`,
    experts: !adapters.differsByExpert,
  }
}

function replayOf(architecture: Architecture, folding: Folding, senses: readonly Sense[]): ReplayModel | Unreplayable {
  if (!architecture.forward && !architecture.program)
    return { missing: familyOf(architecture.family)?.undescribed ?? `its blocks are ${blocksOf(architecture)}` }
  try {
    return replayModel(architecture, folding, senses)
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

/** The plan of adapters, after the checks that counting makes. */
function adaptersOf(model: Architecture, lora: LoraOptions): AdapterPlan {
  countLoraParameters(model, lora)
  return adapterPlan(model, lora)
}
