import { familyOf } from '../architecture/families/index.js'
import { architectureFromConfig, CheckpointError } from '../architecture/index.js'
import { lacksOnlyWindow } from '../architecture/missing-window.js'

/**
 * Whether a family has a forward-pass model: for some of its classes, or for its language model if it is multimodal.
 *
 * @param family - a `model_type`
 * @example
 * ```ts
 * isForwardPassDescribed('llama') // true
 * ```
 */
export function isForwardPassDescribed(family: string): boolean {
  const found = familyOf(family)
  if (!found) return false
  return found.forward !== undefined || found.program !== undefined || hasDescribedText(family)
}

/** Whether a model with the sizes that its class has by default runs a language model that is described. */
function hasDescribedText(family: string): boolean {
  try {
    const { forward } = architectureFromConfig({ model_type: family })
    return forward !== undefined && (forward.undescribed === undefined || lacksOnlyWindow(forward))
  } catch (error) {
    if (error instanceof CheckpointError) return false
    throw error
  }
}
