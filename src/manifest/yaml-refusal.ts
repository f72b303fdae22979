import type { ManifestErrorCode } from './diagnostic.js'
import type { Span } from './source-node.js'

/** How many nodes a document may have once its aliases are written out. */
export const MAX_EXPANDED_NODES = 1_000_000

/** Ends the reading of a document from any depth; the reader catches it. */
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

/** A document that grows beyond all bounds once its aliases are written out. */
export function bomb(span: Span): Stop {
  const limit = MAX_EXPANDED_NODES.toLocaleString('en-US')
  return new Stop(
    'alias_bomb',
    span,
    `With its aliases written out the document has more than ${limit} nodes`,
    'write the values out, or use fewer aliases',
  )
}
