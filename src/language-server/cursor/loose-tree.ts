import { Composer, isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Span } from '../../manifest/source-node.js'
import { yamlTokens } from '../../manifest/yaml-tokens.js'

/** What can be read of a document while it is being written. JSON is read as YAML, which forgives a missing comma. */
export type LooseNode = LooseMapping | LooseSequence | LooseScalar

/** A mapping, with duplicate keys. */
export interface LooseMapping {
  readonly kind: 'mapping'
  readonly span: Span
  readonly entries: readonly LooseEntry[]
}

/** A key with its value, if there is one. */
export interface LooseEntry {
  readonly key: string
  readonly keySpan: Span
  readonly value: LooseNode | undefined
}

/** A sequence. An item that is an alias, or not written yet, is undefined. */
export interface LooseSequence {
  readonly kind: 'sequence'
  readonly span: Span
  readonly items: readonly (LooseNode | undefined)[]
}

/** A scalar, as a text. */
export interface LooseScalar {
  readonly kind: 'scalar'
  readonly span: Span
  readonly text: string
}

/**
 * Reads one document as far as possible. Never fails; undefined if there is nothing.
 *
 * @param base - the offset of the text in its file
 */
export function looseTree(text: string, base = 0): LooseNode | undefined {
  const { tokens } = yamlTokens(text)
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false, merge: false })
  for (const document of composer.compose(tokens, false, text.length)) {
    const node = nodeOf(document.contents, base)
    if (node !== undefined) return node
  }
  return undefined
}

/** Recursion is safe: the tokens are not nested too deeply. */
function nodeOf(node: unknown, base: number): LooseNode | undefined {
  if (isScalar(node)) return { kind: 'scalar', span: spanOf(node, base), text: node.source ?? String(node.value ?? '') }
  if (isSeq(node)) {
    return { kind: 'sequence', span: spanOf(node, base), items: node.items.map((item) => nodeOf(item, base)) }
  }
  if (!isMap(node)) return undefined
  const entries = node.items.flatMap(({ key, value }): LooseEntry[] =>
    isScalar(key)
      ? [
          {
            key: key.source ?? String(key.value ?? ''),
            keySpan: spanOf(key, base),
            value: nodeOf(value, base),
          },
        ]
      : [],
  )
  return { kind: 'mapping', span: spanOf(node, base), entries }
}

function spanOf(node: Node, base: number): Span {
  const [start = 0, end = start] = node.range ?? []
  return { start: base + start, end: base + end }
}
