import { grouped } from '../display/index.js'
import { MAX_INTEGER_DIGITS } from '../json/scan-number.js'
import type { ManifestErrorCode } from './diagnostic.js'
import type { RelatedSpan } from './findings.js'
import type { QuickValue } from './quick-json.js'
import type { SourceNode, Span } from './source-node.js'

/** Why a document cannot be read as data. */
export interface FileError {
  readonly code: ManifestErrorCode
  readonly span: Span
  readonly message: string
  readonly help: string
  readonly related?: readonly RelatedSpan[]
}

/** One document of a file: its content, empty, or why it cannot be read. */
export type ReadDocument =
  | {
      readonly kind: 'value'
      readonly root: SourceNode
      /** The value, if it was read without its places. It has no duplicate keys. Then `root` takes time when it is first asked for. */
      readonly quick?: QuickValue
      /** Whether all scalars of the text are in the tree, at their places: nothing is merged or tagged. */
      readonly hasAllScalars?: true
      /** Whether a part of it may occur in several places. */
      readonly isShared?: true | undefined
      /** What is written once and occurs in several places. */
      readonly aliased?: readonly Span[] | undefined
      /** Whether YAML 1.1 reads a plain scalar of it otherwise. */
      readonly hasOtherReadings?: true | undefined
    }
  | { readonly kind: 'empty' }
  | { readonly kind: 'errors'; readonly errors: readonly FileError[] }

/** A document that cannot be read. */
export function unreadable(code: ManifestErrorCode, span: Span, message: string, help: string): ReadDocument {
  return { kind: 'errors', errors: [{ code, span, message, help }] }
}

/** Whether an integer is too long for Python. The service answers a body with such an integer with a 400. */
export function longInteger(code: ManifestErrorCode, span: Span): ReadDocument {
  return unreadable(code, span, LONG_INTEGER.message, LONG_INTEGER.help)
}

/** The error for an integer with too many digits for the service. */
export const LONG_INTEGER = {
  message: `The integer has more than ${grouped(MAX_INTEGER_DIGITS)} digits`,
  help: 'the service cannot read such a long integer: quote it if you mean text',
} as const
