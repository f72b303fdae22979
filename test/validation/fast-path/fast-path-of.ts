import type { SchemaName } from '../../../src/schemas/index.js'
import { type FastPath, fastPathOfPlan } from '../../../src/validation/fast-path/fast-path.js'
import { planOf } from '../../../src/validation/plan/plan-of.js'

/** The fast path of a definition. */
export function fastPathOf(name: SchemaName): FastPath {
  const fastPath = fastPathOfPlan(planOf(name))
  if (fastPath === undefined) throw new Error(`${name} has no fast path`)
  return fastPath
}
