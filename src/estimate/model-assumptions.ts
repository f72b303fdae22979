import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { classifierAssumptions } from './classifier-assumptions.js'
import { forwardAssumptions } from './forward-assumptions.js'
import { knownGaps } from './known-gaps.js'
import { routerAssumptions } from './router-logits.js'

/** What an estimate assumes about the model itself, in sentences. */
export function modelAssumptions(architecture: Architecture, options: CheckedMemoryOptions): string[] {
  return [
    ...forwardAssumptions(architecture),
    ...classifierAssumptions(architecture, options),
    ...routerAssumptions(architecture, options),
    ...knownGaps(architecture, options),
  ]
}
