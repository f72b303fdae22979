import type { ManifestErrorCode } from './diagnostic.js'
import type { SourceNode, Span } from './source-node.js'

/** Why a document cannot be read as data. */
export interface Problem {
  readonly code: ManifestErrorCode
  readonly span: Span
  readonly message: string
  readonly help: string
}

/** One document of a file: what is written in it, nothing, or why it cannot be read. */
export type ReadDocument =
  | { readonly kind: 'value'; readonly root: SourceNode }
  | { readonly kind: 'empty' }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }

/** A document that cannot be read. */
export function problem(code: ManifestErrorCode, span: Span, message: string, help: string): ReadDocument {
  return { kind: 'problems', problems: [{ code, span, message, help }] }
}
