import type { Node, YAMLMap, YAMLSeq } from 'yaml'
import type { SourceNode, Span } from './source-node.js'

/** The place of a node, or the start of the text if unknown. */
export function spanOf(node: Node | SourceNode): Span {
  if ('kind' in node) return node.span ?? NOWHERE
  const [start = 0, end = start] = node.range ?? []
  return { start, end }
}

/** A flow collection ends at its bracket, a block collection at the end of its last item. */
export function endOf(collection: YAMLMap | YAMLSeq, lastEnd: number | undefined): number {
  return collection.flow ? spanOf(collection).end : (lastEnd ?? spanOf(collection).end)
}

/** The dash of an empty item. An anchor or a tag, which may contain dashes, can be in between. */
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

/** The place of something that is not in the text. */
export const NOWHERE: Span = { start: 0, end: 0 }
