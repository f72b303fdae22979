import { fastPathModule } from '../../../scripts/generate/fast-path/module.js'
import type { FastPath } from '../../../src/validation/fast-path/fast-path.js'
import * as runtime from '../../../src/validation/fast-path/runtime.js'
import type { Plan } from '../../../src/validation/plan/plan.js'

/** The fast path that is emitted for a plan, as functions. */
export function emittedFastPath(plan: Plan): FastPath {
  const code = fastPathModule({ Own: plan }, 'runtime')
    .replace(/^import (\{[^}]*\}) from 'runtime'/, 'const $1 = runtime')
    .replace(/^export const FAST_PATHS =/m, 'return')
  const [[accepts, build]] = new Function('runtime', code)(runtime)
  return { accepts, build }
}
