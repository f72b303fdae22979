import type { SchemaName } from '../schemas/index.js'
import { NotPlain } from './gate-copy.js'
import { accepts } from './generated/accept.js'
import { builds } from './generated/build.js'

/** The first step of validation for one model: its functions are generated from the definition. */
export interface Gate {
  /**
   * Whether the service answers the value back unchanged, but for defaults that it fills in and extra fields that it drops.
   * "No" is no verdict: the value may still pass by coercion, or may be spelt in a way that the gate leaves to the explainer.
   * Free data is not looked into.
   */
  accepts(value: unknown): boolean
  /**
   * The service's answer to an accepted value: new throughout, defaults filled in, absent fields as null; `undefined` where free
   * data in it needs the explainer.
   */
  build(value: unknown): unknown
}

/**
 * The gate of a model.
 *
 * @example
 * const gate = gateFor('Lora')
 * gate.accepts({ rank: 8 }) // true
 * gate.build({ rank: 8 })   // { alpha: null, rank: 8 }
 */
export function gateFor(name: SchemaName): Gate {
  return GATES[name]
}

const GATES = Object.fromEntries(Object.keys(accepts).map((name) => [name, gate(name as SchemaName)])) as Readonly<
  Record<SchemaName, Gate>
>

function gate(name: SchemaName): Gate {
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
