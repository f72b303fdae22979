import type { SchemaName } from '../../schemas/index.js'
import { accepts } from '../generated/accept.js'
import { builds } from '../generated/build.js'
import { NotPlain } from './copy.js'

/** The first step of validation for one model: its functions are generated from the definition. */
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
  return FAST_PATHS[name]
}

const FAST_PATHS = Object.fromEntries(
  Object.keys(accepts).map((name) => [name, fastPath(name as SchemaName)]),
) as Readonly<Record<SchemaName, FastPath>>

function fastPath(name: SchemaName): FastPath {
  const build = builds[name]
  return {
    accepts: accepts[name],
    build(value) {
      try {
        return build(value)
      } catch (stop) {
        if (stop instanceof NotPlain) return undefined
        throw stop
      }
    },
  }
}
