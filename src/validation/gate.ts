import type { SchemaName } from '../schemas/index.js'
import { accepts } from './generated/accept.js'
import { builds } from './generated/build.js'

/** The first step of validation for one model: both functions are generated from its definition. */
export interface Gate {
  /**
   * Whether the service answers the value back unchanged, but for defaults that it fills in and extra fields that it drops.
   * "No" is no verdict: the value may still pass by coercion, or may be spelt in a way that the gate leaves to the explainer.
   */
  accepts(value: unknown): boolean
  /** The service's answer to an accepted value: new throughout, defaults filled in, absent fields as null. */
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

const GATES = Object.fromEntries(
  Object.keys(accepts).map((name) => [
    name,
    { accepts: accepts[name as SchemaName], build: builds[name as SchemaName] },
  ]),
) as Record<SchemaName, Gate>
