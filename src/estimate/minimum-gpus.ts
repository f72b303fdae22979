import type { Architecture } from '../architecture/index.js'
import type { MemoryMethod } from './memory-options.js'
import { fewestGpus } from './plan-gpus.js'

/** The two fields of a `ModelSpec` that say how many GPUs training takes; one that is not known is absent. */
export interface MinimumGpus {
  readonly minimum_gpus_all_weights?: number
  readonly minimum_gpus_lora?: number
  /** Why a field is absent, in sentences. */
  readonly notes: readonly string[]
}

/** Tokens of the sequences that the two fields are for; fewer where the model's context is shorter. */
const SEQUENCE = 4096

/**
 * The fewest GPUs of 80 GB that train all weights, and that train LoRA: batches of one sequence of 4,096 tokens (or the
 * model's context, where that is shorter), bfloat16 and AdamW, gradient checkpointing, LoRA of rank 32 on all linear layers,
 * FSDP.
 *
 * A family without a described forward pass has neither field, and a note that says so: never a guess.
 *
 * @example
 * ```ts
 * minimumGpus(architectureFromConfig(config)) // { minimum_gpus_all_weights: 2, minimum_gpus_lora: 1, notes: [] }
 * ```
 */
export function minimumGpus(model: Architecture): MinimumGpus {
  const [all, lora] = [fewest(model, 'full'), fewest(model, 'lora')]
  return {
    ...(all.gpus !== undefined && { minimum_gpus_all_weights: all.gpus }),
    ...(lora.gpus !== undefined && { minimum_gpus_lora: lora.gpus }),
    notes: notesOf(all.why, lora.why),
  }
}

type Fewest = { readonly gpus: number; readonly why?: never } | { readonly gpus?: never; readonly why: string }

function fewest(model: Architecture, method: MemoryMethod): Fewest {
  const sequenceLength = Math.min(SEQUENCE, model.dimensions.contextTokens ?? SEQUENCE)
  try {
    const { gpus, tooFew } = fewestGpus(model, { method, sequenceLength }, false)
    if (gpus !== undefined) return { gpus }
    return { why: tooFew.at(-1)?.reason ?? 'no number of GPUs is enough' }
  } catch (error) {
    // A model that LoRA does not fit, or whose activations are not known, is no failure of whoever describes it.
    return { why: error instanceof Error ? error.message : String(error) }
  }
}

function notesOf(all: string | undefined, lora: string | undefined): string[] {
  const note = (fields: string, why: string | undefined) => (why === undefined ? [] : [`${fields} left out: ${why}`])
  if (all === lora) return note('minimum_gpus_all_weights and minimum_gpus_lora are', all)
  return [...note('minimum_gpus_all_weights is', all), ...note('minimum_gpus_lora is', lora)]
}
