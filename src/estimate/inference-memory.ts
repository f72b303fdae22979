import type { CheckedMemoryOptions } from './checked-memory-options.js'
import type { Division } from './replay/division.js'
import type { ReplayModel } from './replay/replay-model.js'
import { prefill } from './replay/step/prefill.js'
import type { StepMemory } from './replay/step/step-memory.js'
import type { ResolvedModel, UnderstoodModel } from './resolved-model.js'
import { routerLogitsOf } from './router-logits.js'
import { type StoredWeights, storedWeights } from './serving/weights/stored-weights.js'
import { unpackedBytes } from './serving/weights/unpacked.js'
import type { WeightStorage } from './serving/weights/weight-storage.js'

/** A prefill with weights as they are stored, and what is assumed about them. */
export interface StoredPrefill {
  readonly step: StepMemory
  readonly assumptions: readonly string[]
}

/** Replays a prefill, and counts the weights as they are stored. */
export function storedPrefill(
  model: ResolvedModel,
  replay: ReplayModel,
  options: CheckedMemoryOptions,
  division?: Division,
): StoredPrefill {
  const { batchSize, sequenceLength, targetLength, images, audioSeconds, attention, served } = options
  const storage = model.storage(served)
  const step = prefill(replay, {
    batch: batchSize,
    sequence: sequenceLength,
    target: targetLength,
    images,
    seconds: audioSeconds,
    kernel: attention,
    kernelPackages: new Set(options.kernelPackages),
    dtype: storage.computeDtype,
    division,
    routerLogits: routerLogitsOf(model.architecture, options),
    isMasked: options.attentionMask,
  })
  const assumptions = [`weights in ${storage.precision}${SOURCES[storage.from]}`, ...storage.assumptions]
  // The replay has counted plain weights, and those that a family keeps in float32.
  if (storage.precision === storage.computeDtype && !model.files) return { step, assumptions }
  const { total } = weightsOf(model, storage)
  const unpacked = unpackedBytes(model.architecture, storage)
  const { parameters, temporary } = step.peak.parts
  const parts = { ...step.peak.parts, parameters: total, temporary: temporary + unpacked }
  const totalBytes = step.peak.totalBytes - parameters + total + unpacked
  return { step: { ...step, peak: { ...step.peak, parts, totalBytes } }, assumptions }
}

const SOURCES: Readonly<Record<WeightStorage['from'], string>> = {
  option: '',
  checkpoint: ', like the checkpoint',
  default: '',
}

/** The weights of a model: those in its files if their headers were read and nothing else was asked for, else as computed. */
export function weightsOf({ architecture, files }: UnderstoodModel, storage: WeightStorage): StoredWeights {
  const computed = storedWeights(architecture, storage)
  if (!files || storage.from !== 'checkpoint') return computed
  const total = files.bytes + files.float32Elements * (storage.computeDtype === 'float32' ? 4 : 2)
  return { total, perGpu: total }
}
