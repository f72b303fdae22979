import type { SchemaName } from '../../schemas/registry.js'
import { FAST_PATHS } from '../generated/fast-path.js'
import { NotPlain } from './copy.js'

/** The first step of validation for one model: its functions are generated from the plan of its definition. */
export interface FastPath {
  /**
   * Whether the service answers the value back unchanged, but for defaults that it fills in and extra fields that it drops.
   * "No" is no verdict: the value may still pass by coercion, or may be spelt in a way that is left to the slow path.
   * Free data is not looked into.
   */
  accepts(value: unknown): boolean
  /**
   * The service's answer to an accepted value: new throughout, defaults filled in, absent fields as null; `undefined` where free
   * data in it needs the slow path.
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

/** Answers `undefined` where a builder meets what the fast path leaves alone. */
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
