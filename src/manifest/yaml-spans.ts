import type { Node, YAMLMap, YAMLSeq } from 'yaml'
import type { SourceNode, Span } from './source-node.js'

/** Where a node stands; the beginning of the text where that is not known. */
export function spanOf(node: Node | SourceNode): Span {
  if ('kind' in node) return node.span ?? NOWHERE
  const [start = 0, end = start] = node.range ?? []
  return { start, end }
}

/** The end of a flow collection is its bracket; that of a block collection the end of what stands last in it. */
export function endOf(collection: YAMLMap | YAMLSeq, lastEnd: number | undefined): number {
  return collection.flow ? spanOf(collection).end : (lastEnd ?? spanOf(collection).end)
}

/** The dash of an item that is not written: an anchor or a tag may stand between, and have dashes of its own. */
export function dashBefore(text: string, from: number): Span {
  let end = from
  while (end > 0) {
    if (isBlank(text, end - 1)) {
      end -= 1
      continue
    }
    let start = end
    while (start > 0 && !isBlank(text, start - 1)) start -= 1
    if (end - start === 1 && text[start] === '-') return { start, end }
    end = start
  }
  return { start: from, end: from }
}

function isBlank(text: string, at: number): boolean {
  return ' \t\r\n\ufeff'.includes(text.charAt(at))
}

/** The place of what stands nowhere. */
export const NOWHERE: Span = { start: 0, end: 0 }
