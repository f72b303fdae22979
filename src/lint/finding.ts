/** The shape of a lint finding. */

/** `warning`: almost certainly a mistake. `info`: may be intended, but rarely is. Neither makes a document invalid. */
export type Severity = 'warning' | 'info'

/** The path to a place in a document: field names and indices. */
export type Loc = readonly (string | number)[]

/** Something that the service accepts but that is probably unintended. */
export interface Finding {
  /** The name of the rule: `unknown-field`, `own-base-model`, … */
  readonly code: string
  readonly severity: Severity
  /** The place inside the linted value. */
  readonly loc: Loc
  /**
   * Whether the finding is about the key at `loc` (an unknown field), about its value, or about the object that lacks it
   * (a required field).
   */
  readonly at: 'key' | 'value' | 'holder'
  /** What was found and what was expected. */
  readonly message: string
  /** How to fix it. */
  readonly help: string
  /** What to write there instead, if only one thing can be meant. */
  readonly correction?: Correction
}

/** Another name for the key at a place, or another value. */
export type Correction = { readonly key: string } | { readonly value: unknown }
