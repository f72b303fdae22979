import { type CheckedMemoryOptions, checkMemoryOptions } from './checked-memory-options.js'
import type { MemoryOptions } from './memory-options.js'
import { labelHead } from './replay/loss/label-head.js'
import { type ResolvedModel, resolveModel } from './resolved-model.js'
import type { EstimableModel } from './served-model.js'

/** A model and the options of a run of it, both checked. */
export interface CheckedRun {
  readonly checked: CheckedMemoryOptions
  readonly resolved: ResolvedModel
}

/**
 * Checks the options of a run and resolves its model.
 *
 * @throws RangeError, TypeError and CheckpointError as `checkMemoryOptions` and `resolveModel` do
 */
export function checkRun(model: EstimableModel, options: MemoryOptions): CheckedRun {
  const checked = checkMemoryOptions(options)
  const resolved = resolveModel(model, checked)
  if (options.preset === undefined || !hasOwnLoss(resolved)) return { checked, resolved }
  return { checked: checkMemoryOptions(options, true), resolved }
}

/** Whether the class computes a loss that is not that of a language model on all tokens: a classifier's, an encoder's. */
function hasOwnLoss({ architecture }: ResolvedModel): boolean {
  return architecture.program !== undefined || labelHead(architecture) !== undefined
}
