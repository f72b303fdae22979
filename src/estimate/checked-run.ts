import { type CheckedMemoryOptions, checkMemoryOptions } from './checked-memory-options.js'
import type { MemoryOptions } from './memory-options.js'
import type { PresetModel } from './presets/preset.js'
import { labelHead } from './replay/loss/label-head.js'
import { type ResolvedModel, resolveModel } from './resolved-model.js'
import { hasRouterLoss } from './router-logits.js'
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
  if (options.preset === undefined) return { checked, resolved }
  const facts = presetModelOf(resolved)
  if (!Object.values(facts).includes(true)) return { checked, resolved }
  return { checked: checkMemoryOptions(options, facts), resolved }
}

function presetModelOf({ architecture }: ResolvedModel): PresetModel {
  return {
    ownLoss: architecture.program !== undefined || labelHead(architecture) !== undefined,
    hasRouterLoss: hasRouterLoss(architecture),
    weighsRouterLoss: architecture.forward?.routerLogits?.isWeighted ?? false,
    asksForRouters: architecture.forward?.routerLogits?.isAsked ?? false,
  }
}
