/** How the value of an option is checked. */
export interface ValueCheck {
  /** How a message names it: `an integer of at least 1`. */
  readonly expected: string
  /** Whether a value has the type. {@link oneOf} uses it to choose among its kinds. */
  readonly suits: (value: unknown) => boolean
  /**
   * Checks that a value of the type is allowed for this option.
   *
   * @throws TypeError for an unknown choice, RangeError for a number outside its range
   */
  readonly inspect?: (value: unknown, place: string) => void
  /** The values of a choice, for help and completion. */
  readonly choices?: readonly (string | number)[]
  /** Whether the option must be given. */
  readonly isRequired?: true
}

/** The allowed values of one option: a check that is tied to one static type. */
export interface OptionKind<Value> extends ValueCheck {
  /** Exists only for the type checker: it takes and returns the type, so a kind with fewer choices than the type is rejected. */
  readonly type?: (value: Value) => Value
}

/** A kind for an option that must be given. */
export type RequiredKind<Value> = OptionKind<Value> & { readonly isRequired: true }
