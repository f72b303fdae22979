import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { type ReadDocument, unreadable } from './file-error.js'
import type { SourceEntry, SourceMapping, SourceNode, SourceScalar, Span } from './source-node.js'
import { type OtherKey, otherKey } from './yaml-1-1/other-key.js'
import { otherReading } from './yaml-1-1/other-reading.js'
import { integerOf } from './yaml-integer.js'
import { isMergeKey, MERGE_TAG, mergeSources, misplacedMerge } from './yaml-merge.js'
import { bomb, MAX_EXPANDED_NODES, Stop } from './yaml-refusal.js'
import { dashBefore, endOf, NOWHERE, spanOf } from './yaml-spans.js'

/** The deepest nesting of a document with its aliases expanded: the limit of the service. */
const MAX_DEPTH = 1000

/**
 * Converts one composed YAML document into a tree with source positions. Resolves aliases and merge keys.
 * Aliased values are shared, not copied. Their expanded size is computed by counting, without expanding them.
 */
export class YamlTreeReader {
  readonly #text: string
  readonly #anchors = new Map<string, Counted | 'open'>()
  readonly #aliased = new Map<string, Span>()
  #aliases = 0
  #hasOther = false
  #mergedEntries = 0

  constructor(text: string) {
    this.#text = text
  }

  read(contents: Node): ReadDocument {
    try {
      const { node } = this.#node(contents)
      const root = node.span === undefined ? { ...node, span: spanOf(contents) } : node
      return {
        kind: 'value',
        root,
        ...(this.#aliases > 0 && { isShared: true, aliased: [...this.#aliased.values()] }),
        ...(this.#hasOther && { hasOtherReadings: true }),
      }
    } catch (stop) {
      if (stop instanceof Stop) return unreadable(stop.code, stop.span, stop.message, stop.help)
      throw stop
    }
  }

  #node(node: Node): Counted {
    if (isAlias(node)) return this.#alias(node)
    const { anchor } = node
    if (anchor !== undefined) this.#anchors.set(anchor, 'open')
    const read = this.#written(node)
    if (anchor !== undefined) this.#anchors.set(anchor, read)
    return read
  }

  #written(node: Exclude<Node, Alias>): Counted {
    if (isMap(node)) return this.#mapping(node)
    if (isSeq(node)) return this.#sequence(node)
    return { node: this.#scalar(node), size: 1, depth: 0, asKey: writtenKey(node) }
  }

  #scalar(scalar: Scalar): SourceScalar {
    if (scalar.tag === MERGE_TAG && scalar.source !== '<<') throw misplacedMerge(scalar)
    const value = typeof scalar.value === 'bigint' ? integerOf(scalar.value, scalar) : scalar.value
    const isNumber = typeof value === 'number' || typeof value === 'bigint'
    const spelling = isNumber && scalar.source !== undefined ? { spelling: scalar.source } : {}
    const other = scalar.type === 'PLAIN' ? otherReading(scalar.source ?? '', value, scalar.tag) : undefined
    if (other === undefined) return { kind: 'scalar', span: this.#scalarSpan(scalar), value, ...spelling }
    this.#hasOther = true
    return { kind: 'scalar', span: this.#scalarSpan(scalar), value, ...spelling, other, written: scalar.source ?? '' }
  }

  /** Undefined if nothing is written. The final line end of a block scalar is not part of it. */
  #scalarSpan(scalar: Scalar): Span | undefined {
    const span = spanOf(scalar)
    if (scalar.type === 'PLAIN' && scalar.source === '') return undefined
    if (scalar.type !== 'BLOCK_LITERAL' && scalar.type !== 'BLOCK_FOLDED') return span
    return { start: span.start, end: span.start + this.#text.slice(span.start, span.end).trimEnd().length }
  }

  #alias(alias: Alias): Counted {
    const span = spanOf(alias)
    const target = this.#anchors.get(alias.source)
    if (target === undefined) {
      throw new Stop(
        'yaml_syntax',
        span,
        `Unresolved alias *${alias.source}`,
        `define the anchor &${alias.source} before this alias`,
      )
    }
    if (target === 'open') {
      throw new Stop(
        'alias_bomb',
        span,
        `The alias *${alias.source} is inside the value that it refers to`,
        'a value cannot contain itself',
      )
    }
    this.#aliases += 1
    const origin = target.node.origin ?? target.node.span
    if (origin) this.#aliased.set(`${origin.start} ${origin.end}`, origin)
    const node: SourceNode = { ...target.node, span, aliased: true, ...(origin && { origin }) }
    return { ...target, node }
  }

  #sequence(sequence: YAMLSeq): Counted {
    const items: SourceNode[] = []
    const total = { size: 1, depth: 1 }
    for (const item of sequence.items) {
      const read = this.#item(item, sequence.flow === true)
      this.#grow(total, read, spanOf(read.node))
      items.push(read.node)
    }
    const span = { start: spanOf(sequence).start, end: endOf(sequence, items.at(-1)?.span?.end) }
    return { node: { kind: 'sequence', span, items }, ...total }
  }

  /** The place of an empty list item: its dash, or where the item would be. */
  #item(item: unknown, isFlow: boolean): Counted {
    const written = nodeOf(item)
    const read = this.#node(written)
    if (read.node.span !== undefined) return read
    const { start } = spanOf(written)
    const span = isFlow ? { start, end: start } : dashBefore(this.#text, start)
    return { node: { ...read.node, span }, size: 1, depth: 0 }
  }

  #mapping(mapping: YAMLMap): Counted {
    const own: SourceEntry[] = []
    const mergeKeys: SourceEntry[] = []
    const merged: SourceMapping[] = []
    const total = { size: 1, depth: 1 }
    let end: number | undefined
    for (const pair of mapping.items) {
      const { key, keySpan, isMerge, other } = this.#key(pair)
      const read = this.#value(pair)
      end = Math.max(read.node.span?.end ?? 0, keySpan.end)
      if (isMerge) {
        mergeKeys.push({ key, keySpan, value: read.node })
        for (const source of mergeSources(read.node, keySpan)) merged.push(source)
      } else {
        this.#grow(total, read, read.node.span ?? keySpan)
        own.push({ key, keySpan, value: read.node, ...other })
      }
    }
    const span = { start: spanOf(mapping).start, end: endOf(mapping, end) }
    // A merge key disappears after merging. The caller reports several merge keys as a duplicate key.
    if (mergeKeys.length > 1) own.push(...mergeKeys)
    const entries = merged.length === 0 ? own : this.#withMerged(own, merged, span)
    return { node: { kind: 'mapping', span, entries }, ...total, size: total.size + entries.length - own.length }
  }

  #key(pair: Pair): { key: string; keySpan: Span; isMerge: boolean; other?: OtherKey } {
    const key = nodeOf(pair.key)
    const { node, asKey = '' } = this.#node(key)
    const keySpan = spanOf(key)
    if (node.kind !== 'scalar')
      throw new Stop(
        'yaml_syntax',
        keySpan,
        'A collection cannot be a key',
        'keys are scalars: quote it if you mean text',
      )
    const isMerge = isScalar(key) && isMergeKey(key)
    const other =
      !isMerge && isScalar(key) && key.type === 'PLAIN' && !key.tag ? otherKey(asKey, node.value) : undefined
    return { key: asKey, keySpan, isMerge, ...(other && { other }) }
  }

  #value({ value }: Pair): Counted {
    if (isScalar(value) && value.tag === MERGE_TAG) throw misplacedMerge(value)
    return isAnyNode(value)
      ? this.#node(value)
      : { node: { kind: 'scalar', span: undefined, value: null }, size: 1, depth: 0 }
  }

  /** A key of the mapping itself wins over a merged one, and an earlier merged mapping over a later one. */
  #withMerged(own: readonly SourceEntry[], sources: readonly SourceMapping[], span: Span): SourceEntry[] {
    const entries = [...own]
    const seen = new Set(own.map(({ key }) => key))
    for (const source of sources) {
      this.#mergedEntries += source.entries.length
      if (this.#mergedEntries > MAX_EXPANDED_NODES) throw bomb(span)
      for (const entry of source.entries) {
        if (seen.has(entry.key)) continue
        seen.add(entry.key)
        entries.push(entry)
      }
    }
    return entries
  }

  #grow(total: { size: number; depth: number }, child: Counted, span: Span): void {
    total.size += child.size
    total.depth = Math.max(total.depth, child.depth + 1)
    if (this.#aliases > 0 && total.size > MAX_EXPANDED_NODES) throw bomb(span)
    if (total.depth > MAX_DEPTH) {
      throw new Stop(
        'too_deep',
        span,
        `Nested deeper than ${MAX_DEPTH} collections`,
        'model entities are never nested this deeply',
      )
    }
  }
}

/** A node, with its number of nodes and levels when its aliases are expanded. */
interface Counted {
  readonly node: SourceNode
  readonly size: number
  readonly depth: number
  /** A scalar as a key. */
  readonly asKey?: string
}

/** A key as written, regardless of its tag: `1` and `0x1` are different keys, and both are strings. */
function writtenKey({ source, value }: Scalar): string {
  return source ?? String(value ?? '')
}

function isAnyNode(value: unknown): value is Node {
  return isAlias(value) || isMap(value) || isScalar(value) || isSeq(value)
}

/** What a collection holds. The composer puts nothing else into one. */
function nodeOf(value: unknown): Node {
  if (isAnyNode(value)) return value
  throw new Stop('yaml_syntax', NOWHERE, 'This is not a value', 'write a scalar, a mapping or a sequence')
}
