import { FAST_PATHS } from '../generated/fast-path.js'
import { PARTS, PLANS } from '../generated/plans.js'
import type { Plan } from '../plan/plan.js'

/** The first step of validation for one model. Its functions are generated from the plan of the definition. */
export interface FastPath {
  /**
   * Whether the service would return the value unchanged, except for added defaults and dropped extra fields. False does not
   * mean invalid: the value may still pass with coercion, or be written in a way that only the slow path handles.
   */
  accepts(value: unknown): boolean
  /** The result for an accepted value: a deep copy with defaults filled in and absent fields as null. */
  build(value: unknown): unknown
}

/** The fast path of a plan, if it is that of a definition or of a model inside one. */
export function fastPathOfPlan(plan: Plan): FastPath | undefined {
  return BY_PLAN.get(plan)
}

/** The fast path of a definition by its name, in one look-up. */
export function fastPathOfName(name: string): FastPath | undefined {
  return BY_NAME.get(name)
}

/** The plans that functions are generated from, in the same order. */
const SOURCES: readonly Plan[] = [...Object.values(PLANS), ...PARTS]

const BY_PLAN: ReadonlyMap<Plan | undefined, FastPath> = new Map(
  FAST_PATHS.map(([accepts, build], index) => [SOURCES[index], { accepts, build }]),
)

const BY_NAME: ReadonlyMap<string, FastPath | undefined> = new Map(
  Object.entries(PLANS).map(([name, plan]) => [name, BY_PLAN.get(plan)]),
)
