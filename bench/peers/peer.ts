import type { Definition } from './definition.js'

/** One library under test, its schema made from the same definition as everyone's: the same fields, bounds, patterns and formats. */
export interface Peer {
  readonly name: string
  /** The verdict alone. */
  readonly is: (value: unknown) => boolean
  /** A new value, or the errors: whatever the library gives its users by default. */
  readonly validate?: (value: unknown) => unknown
  /** Every error of a value that fails. */
  readonly errors: (value: unknown) => readonly unknown[]
}

/** Whether a field of a model may be absent. */
export function isOptional({ required = [] }: Definition, field: string): boolean {
  return !required.includes(field)
}
