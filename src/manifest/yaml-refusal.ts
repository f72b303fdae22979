import { grouped } from '../display/index.js'
import type { ManifestErrorCode } from './diagnostic.js'
import type { Span } from './source-node.js'

/** The most nodes of a document with its aliases expanded. */
export const MAX_EXPANDED_NODES = 1_000_000

/** Stops reading a document from any depth. The reader catches it. */
export class Stop extends Error {
  readonly code: ManifestErrorCode
  readonly span: Span
  readonly help: string

  constructor(code: ManifestErrorCode, span: Span, message: string, help: string) {
    super(message)
    this.code = code
    this.span = span
    this.help = help
  }
}

/** A document that is too large with its aliases expanded. */
export function bomb(span: Span): Stop {
  const limit = grouped(MAX_EXPANDED_NODES)
  return new Stop(
    'alias_bomb',
    span,
    `With its aliases expanded, the document has more than ${limit} nodes`,
    'use fewer aliases',
  )
}
