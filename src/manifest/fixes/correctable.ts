import type { Span } from '../source-node.js'

/** A key or a value that can be corrected where it is written. */
export type Correctable = CorrectableKey | CorrectableValue

/** A key that should have another name. */
export interface CorrectableKey {
  readonly kind: 'key'
  readonly span: Span
  readonly from: string
  readonly to: string
}

/** A scalar that should have another value. */
export interface CorrectableValue {
  readonly kind: 'value'
  readonly span: Span
  readonly to: unknown
}
