import type { SchemaName } from '../../schemas/registry.js'
import { FAST_PATHS } from '../generated/fast-path.js'
import { NotPlain } from './copy.js'

/** The first step of validation for one model. Its functions are generated from the plan of the definition. */
export interface FastPath {
  /**
   * Whether the service would return the value unchanged, except for added defaults and dropped extra fields. False does not
   * mean invalid: the value may still pass with coercion, or be written in a way that only the slow path handles. Does not
   * check free data.
   */
  accepts(value: unknown): boolean
  /**
   * The result for an accepted value: a deep copy with defaults filled in and absent fields as null. Undefined if free data in
   * it needs the slow path.
   */
  build(value: unknown): unknown
}

/**
 * The fast path of a model.
 *
 * @example
 * const fastPath = fastPathOf('Lora')
 * fastPath.accepts({ rank: 8 }) // true
 * fastPath.build({ rank: 8 })   // { alpha: null, rank: 8 }
 */
export function fastPathOf(name: SchemaName): FastPath {
  return BY_NAME[name]
}

const BY_NAME = Object.fromEntries(
  Object.entries(FAST_PATHS).map(([name, { accepts, build }]) => [name, { accepts, build: stoppable(build) }]),
) as Readonly<Record<SchemaName, FastPath>>

/** Returns `undefined` if a builder finds something that the fast path does not support. */
function stoppable(build: (value: unknown) => unknown): (value: unknown) => unknown {
  return (value) => {
    try {
      return build(value)
    } catch (stop) {
      if (stop instanceof NotPlain) return undefined
      throw stop
    }
  }
}
