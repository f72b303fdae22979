import type { Span } from '../source-node.js'

/** Why the command `nemo models create NAME --input-file FILE` refuses a file, before the service sees anything. */
export interface NemoCliRefusal {
  readonly span: Span
  /** The path of the value, if there is one. */
  readonly loc?: readonly (string | number)[]
  /** What the service refuses afterwards is a warning of another rule. */
  readonly warning?: 'invalid-reference'
  readonly message: string
  readonly help: string
}

/** Receives each reason. */
export type TellRefusal = (refusal: NemoCliRefusal) => void
