/** How the value of an option is checked. */
export interface ValueCheck {
  /** How a message names it: `an integer of at least 1`. */
  readonly expected: string
  /** Whether a value has the type; {@link oneOf} tells its kinds apart by it. */
  readonly suits: (value: unknown) => boolean
  /**
   * Makes sure that a value of the type is one that the option may have.
   *
   * @throws TypeError for a choice that is not there, RangeError for a number outside its range
   */
  readonly inspect?: (value: unknown, place: string) => void
  /** Whether the option must be given. */
  readonly isRequired?: true
}

/** What one option may be: a check that is tied to one static type. */
export interface OptionKind<Value> extends ValueCheck {
  /** Never there. As it takes and returns the type, a kind of fewer choices than the type has is no kind of it. */
  readonly type?: (value: Value) => Value
}

/** A kind for an option that must be given. */
export type RequiredKind<Value> = OptionKind<Value> & { readonly isRequired: true }
