import type { Architecture } from '../architecture/index.js'
import { ties } from '../architecture/index.js'
import type { CheckpointArchitecture, CheckpointComparison } from '../checkpoint/index.js'
import type { ModelSpec } from '../schemas/index.js'

/** What `readCheckpoint` has read of a checkpoint. With the headers of its files, its weights are known to the byte. */
export interface EstimableCheckpoint {
  readonly architecture?: Architecture
  readonly spec?: ModelSpec
  readonly stored?: CheckpointArchitecture
  readonly comparison?: CheckpointComparison
  /** Bytes of all weights of a GGUF file, each in its own type. */
  readonly ggufBytes?: number
  readonly notes?: readonly string[]
}

/** What can be estimated: an architecture, a checkpoint that was read, or a `ModelSpec`, from which a model is rebuilt. */
export type EstimableModel = Architecture | EstimableCheckpoint | ModelSpec

/** Which of the three a model is. */
export function isArchitecture(model: EstimableModel): model is Architecture {
  return 'root' in model
}

/** Whether a model is a checkpoint that was read: it has an architecture, or the headers of files, or a spec inside. */
export function isCheckpoint(model: EstimableModel): model is EstimableCheckpoint {
  return 'architecture' in model || 'stored' in model || 'spec' in model
}

/** The weights of a checkpoint as its files hold them. */
export interface FileWeights {
  /** Bytes of everything that the model loads. Plain float32 tensors count separately: engines convert them. */
  readonly bytes: number
  /** Elements of plain float32 tensors, which are not in `bytes`. */
  readonly float32Elements: number
}

/**
 * What the files hold of the model, without what it does not load (layers for multi-token prediction, say) and without the
 * second copy of a tied parameter. `undefined` if there are no headers, or if they are not those of this model.
 */
export function fileWeights({ architecture, stored, comparison }: EstimableCheckpoint): FileWeights | undefined {
  if (!architecture || !stored || !comparison) return undefined
  const { missing, otherShape, undetermined } = comparison
  if (missing.length > 0 || otherShape.length > 0 || undetermined.length > 0) return undefined
  const left = new Set([...comparison.extra, ...[...ties(architecture)].map(({ name }) => name)])
  let [bytes, float32Elements] = [0, 0]
  for (const { name, storedBytes, scheme, dtype, shape } of stored.storage.parameters) {
    if (left.has(name)) continue
    if (scheme === undefined && dtype === 'F32') float32Elements += shape.reduce((product, size) => product * size, 1)
    else bytes += storedBytes
  }
  return { bytes, float32Elements }
}
