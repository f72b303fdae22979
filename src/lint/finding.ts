/** The shape of what lint tells. */

/** `warning`: it cannot be meant. `info`: it can, and rarely is. Neither changes a verdict. */
export type Severity = 'warning' | 'info'

/** The path to a place in a document: field names and indices. */
export type Loc = readonly (string | number)[]

/** One thing that the service takes and a person would want to know. */
export interface Finding {
  /** The name of the rule: `unknown-field`, `own-base-model`, … */
  readonly code: string
  readonly severity: Severity
  /** The place inside the linted value. */
  readonly loc: Loc
  /** Whether the key at `loc` is meant (an unknown field) or its value. */
  readonly at: 'key' | 'value'
  /** What was found and what was expected. */
  readonly message: string
  /** What to do about it. */
  readonly help: string
}
