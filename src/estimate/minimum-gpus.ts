import { type Architecture, totalParameters } from '../architecture/index.js'
import type { ModelSpec } from '../schemas/index.js'
import { architectureOfSpec, identityOfSpec } from './architecture-of-spec.js'
import { checkModel, checkSpec } from './check-model.js'
import { checkMemoryOptions } from './checked-memory-options.js'
import { fewestGpus } from './fewest-gpus.js'
import { DEFAULT_GPU, gpuOf } from './gpus.js'
import type { MemoryMethod } from './methods.js'
import { resolveModel } from './resolved-model.js'

/** The two fields of a `ModelSpec` that say how many GPUs training needs. An unknown one is absent. */
export interface MinimumGpus {
  readonly minimum_gpus_all_weights?: number
  readonly minimum_gpus_lora?: number
  /** Why a field is absent, in sentences. */
  readonly notes: readonly string[]
}

/** The sequence length that the two fields are for, in tokens. A model with a shorter context uses its own. */
const SEQUENCE = 4096

/**
 * The fewest 80 GB GPUs for training all weights, and for training LoRA: batches of one sequence of 4,096 tokens (or the
 * model's context, if that is shorter), bfloat16, AdamW, gradient checkpointing, LoRA of rank 32 on all linear layers, FSDP.
 *
 * The result never contains a guess. A family without a forward-pass model gets neither field and a note that says so. The same
 * holds for a `ModelSpec` from which no model with its number of parameters can be rebuilt.
 *
 * @param model - an architecture, or a `ModelSpec`, from which one is rebuilt
 *
 * @example
 * ```ts
 * minimumGpus(architectureFromConfig(config)) // { minimum_gpus_all_weights: 2, minimum_gpus_lora: 1, notes: [] }
 * ```
 */
export function minimumGpus(model: Architecture | ModelSpec): MinimumGpus {
  checkModel(model)
  if (!('root' in model)) return ofSpec(model)
  const [all, lora] = [fewest(model, 'full'), fewest(model, 'lora')]
  return {
    ...(all.gpus !== undefined && { minimum_gpus_all_weights: all.gpus }),
    ...(lora.gpus !== undefined && { minimum_gpus_lora: lora.gpus }),
    notes: notesOf(all.why, lora.why),
  }
}

function ofSpec(spec: ModelSpec): MinimumGpus {
  checkSpec(spec)
  const identity = identityOfSpec(spec)
  const known = KNOWN.get(identity) ?? estimated(spec)
  KNOWN.delete(identity)
  KNOWN.set(identity, known)
  for (const oldest of KNOWN.keys()) {
    if (KNOWN.size <= MOST_KNOWN) break
    KNOWN.delete(oldest)
  }
  return { ...known, notes: [...known.notes] }
}

/** The results for the models of recent specs. Registries have many manifests of few models. */
const KNOWN = new Map<string, MinimumGpus>()
const MOST_KNOWN = 256

function estimated(spec: ModelSpec): MinimumGpus {
  const rebuilt = rebuiltModel(spec)
  return 'why' in rebuilt ? { notes: notesOf(rebuilt.why, rebuilt.why) } : minimumGpus(rebuilt)
}

function rebuiltModel(spec: ModelSpec): Architecture | { readonly why: string } {
  const { num_layers: layers, moe_config: moe } = spec
  if (layers > MOST_LAYERS || layers * (moe?.num_experts ?? 1) > MOST_EXPERTS) {
    const experts = moe ? ` with ${moe.num_experts} experts each` : ''
    return { why: `${layers} layers${experts} are more than this estimate can replay` }
  }
  try {
    const { architecture } = architectureOfSpec(spec)
    const total = totalParameters(architecture)
    const isAlike = Math.abs(total / spec.base_num_parameters - 1) <= MOST_OFF
    return isAlike
      ? architecture
      : { why: `its sizes give ${total} parameters, but it says ${spec.base_num_parameters}` }
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) }
  }
}

/** The largest number of GPUs to try. */
const MOST_GPUS = 1024

/** Several times what the deepest models have. Protects against specs that would take too long to replay. */
const MOST_LAYERS = 1000

/** The limit for the experts of all layers together. Kimi K2 has 61 times 384. */
const MOST_EXPERTS = 25_000

/** The allowed relative difference between the parameters of a rebuilt model and those in its spec. */
const MOST_OFF = 0.05

type Fewest = { readonly gpus: number; readonly why?: never } | { readonly gpus?: never; readonly why: string }

function fewest(model: Architecture, method: MemoryMethod): Fewest {
  const sequenceLength = Math.min(SEQUENCE, model.dimensions.contextTokens ?? SEQUENCE)
  try {
    const options = checkMemoryOptions({ method, sequenceLength })
    const limits = { gpu: gpuOf(DEFAULT_GPU), maxGpus: MOST_GPUS, isExplained: false }
    const { gpus, tooFew } = fewestGpus(resolveModel(model, options), options, limits)
    if (gpus !== undefined) return { gpus }
    return { why: tooFew.at(-1)?.reason ?? 'no number of GPUs is enough' }
  } catch (error) {
    // A model that LoRA cannot adapt, or whose activations are unknown, is a valid input: it gets a note.
    return { why: error instanceof Error ? error.message : String(error) }
  }
}

function notesOf(all: string | undefined, lora: string | undefined): string[] {
  const note = (fields: string, why: string | undefined) => (why === undefined ? [] : [`${fields} left out: ${why}`])
  if (all === lora) return note('minimum_gpus_all_weights and minimum_gpus_lora are', all)
  return [...note('minimum_gpus_all_weights is', all), ...note('minimum_gpus_lora is', lora)]
}
