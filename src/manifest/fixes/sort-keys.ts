import { type SchemaNode, schemaNode } from '../../lint/schema-walk.js'
import type { Entity } from '../document-kind.js'
import type { ReadDocument } from '../file-error.js'
import type { SourceCheck } from '../source-check.js'
import type { SourceMapping, SourceNode } from '../source-node.js'
import { SourceText } from '../source-text.js'
import { acceptAll } from './accept-all.js'
import { entitiesToFix } from './entities-to-fix.js'
import { type Reordering, reorderingOf, withReorderings } from './reorder.js'
import { hasSameData } from './same-data.js'

/**
 * Sorts the keys of a manifest in the order of the definitions, with the comments above and beside them. Free data and
 * unknown keys keep their order. A mapping that cannot be sorted without touching comments or anchors stays as it is.
 */
export function sortKeys(
  text: string,
  check: SourceCheck,
  read: (text: string) => readonly ReadDocument[],
): { readonly text: string; readonly sorted: number } {
  const source = new SourceText(text)
  const before = read(source.text)
  const { accepted, result } = acceptAll(
    reorderings(entitiesToFix(before, source.text, check), source.text),
    (some) => {
      const changed = withReorderings(source.text, some)
      return hasSameData(before, read(changed), { anyOrder: true }) ? changed : undefined
    },
  )
  const mark = text.slice(0, text.length - source.text.length)
  return { text: mark + (result ?? source.text), sorted: accepted.length }
}

function reorderings(entities: readonly Entity[], text: string): Reordering[] {
  const found: Reordering[] = []
  const visited = new Set<unknown>()

  function visit(node: SourceNode, schema: SchemaNode): void {
    const { properties, items } = schema.anyOf?.[0] ?? schema
    if (node.kind === 'scalar' || node.aliased) return
    if (node.kind === 'sequence') {
      if (items !== undefined) for (const item of node.items) visit(item, items)
      return
    }
    if (properties === undefined || visited.has(node.entries)) return
    visited.add(node.entries)
    const reordering = sortedBy(node, Object.keys(properties), text)
    if (reordering !== undefined) found.push(reordering)
    for (const { key, value } of node.entries) {
      const field = Object.hasOwn(properties, key) ? properties[key] : undefined
      if (field !== undefined) visit(value, field)
    }
  }

  for (const entity of entities) visit(entity.node, schemaNode(entity.model))
  return found
}

/** How to reorder a mapping. Undefined if it is in order, or cannot be reordered. */
function sortedBy(mapping: SourceMapping, order: readonly string[], text: string): Reordering | undefined {
  const rankOf = new Map(order.map((key, index) => [key, index]))
  const ranks = mapping.entries.map(({ key }, index) => ({ rank: rankOf.get(key) ?? order.length, index }))
  const wanted = ranks.sort((one, other) => one.rank - other.rank).map(({ index }) => index)
  return wanted.every((from, to) => from === to) ? undefined : reorderingOf(mapping, wanted, text)
}
