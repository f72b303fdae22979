import type { Plan } from '../../../src/validation/plan/plan.js'
import { functionOf } from './accepts.js'
import { answerFunction } from './builds.js'
import { ModuleWriter } from './module-writer.js'

/**
 * The fast path of several plans as an ES module. It exports `FAST_PATHS`, with `accepts` and `build` for each plan, in the order of
 * the plans.
 *
 * @param runtimePath - the import path of src/validation/fast-path/runtime
 */
export function fastPathModule(plans: Readonly<Record<string, Plan>>, runtimePath: string): string {
  const module = new ModuleWriter(plans)
  const entries = Object.values(plans).map(
    (plan) => `  [${functionOf(plan, module)}, ${answerFunction(plan, module)}],\n`,
  )
  return module.text(runtimePath, `export const FAST_PATHS = [\n${entries.join('')}]\n`)
}
