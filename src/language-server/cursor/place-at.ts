import type { Span } from '../../manifest/source-node.js'
import type { LooseNode } from './loose-tree.js'

/** What an offset points at. */
export interface PlaceAt {
  /** The path of the key or the value from the top of the document. */
  readonly path: readonly (string | number)[]
  readonly at: 'key' | 'value'
  readonly span: Span
  /** The key, or the scalar. */
  readonly text: string
  /** The value of a key, or the scalar. */
  readonly value: LooseNode | undefined
}

/** The key or the scalar at an offset. */
export function placeAt(root: LooseNode | undefined, offset: number): PlaceAt | undefined {
  const path: (string | number)[] = []
  let node = root
  while (node !== undefined) {
    if (node.kind === 'scalar') {
      return contains(node.span, offset)
        ? { path, at: 'value', span: node.span, text: node.text, value: node }
        : undefined
    }
    if (node.kind === 'sequence') {
      const index: number = node.items.findIndex((item) => item !== undefined && contains(item.span, offset))
      if (index < 0) return undefined
      path.push(index)
      node = node.items[index]
      continue
    }
    const entry = node.entries.find(
      ({ keySpan, value }) => contains(keySpan, offset) || (value !== undefined && contains(value.span, offset)),
    )
    if (entry === undefined) return undefined
    path.push(entry.key)
    if (contains(entry.keySpan, offset))
      return { path, at: 'key', span: entry.keySpan, text: entry.key, value: entry.value }
    node = entry.value
  }
  return undefined
}

function contains({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end
}
