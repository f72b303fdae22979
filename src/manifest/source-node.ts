/** A value with its source positions: the tree for both YAML and JSON. */

import type { Scalar11 } from './yaml-1-1/read-scalar.js'

/** A stretch of the text: UTF-16 offsets, the end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A value as written. An alias is the same node at another place, so the tree is really a graph. */
export type SourceNode = SourceMapping | SourceSequence | SourceScalar

interface Written {
  /** The span of the value, after its tag and anchor, or of its alias. Undefined if the value is empty. */
  readonly span: Span | undefined
  /** Whether the value comes from an alias. */
  readonly aliased?: true
  /** For an aliased value: where it is written. */
  readonly origin?: Span
}

/** A mapping or an object, including duplicate keys. */
export interface SourceMapping extends Written {
  readonly kind: 'mapping'
  readonly entries: readonly SourceEntry[]
}

/** One key with its value. */
export interface SourceEntry {
  readonly key: string
  readonly keySpan: Span
  readonly value: SourceNode
  /** How YAML 1.1 reads the key, if JSON gets another text from that. */
  readonly keyOther?: Scalar11
  /** Whether the core schema reads that too: a key is taken as written, but not by every reader. */
  readonly isKeyAlike?: true
}

/** A sequence or an array. */
export interface SourceSequence extends Written {
  readonly kind: 'sequence'
  readonly items: readonly SourceNode[]
}

/** A scalar. A number keeps its spelling, and an integer beyond 2^53 is a `bigint`. */
export interface SourceScalar extends Written {
  readonly kind: 'scalar'
  readonly value: unknown
  readonly spelling?: string
  /** How YAML 1.1 reads it, if it is plain and YAML 1.1 reads it otherwise; and then its text. */
  readonly other?: Scalar11
  readonly written?: string
}

/** The contents of a collection. They identify it at every place. Undefined for a scalar. */
export function contentsOf(node: SourceNode): readonly unknown[] | undefined {
  return node.kind === 'mapping' ? node.entries : node.kind === 'sequence' ? node.items : undefined
}

/** How a number is written: its value may be rounded. Undefined for anything else. */
export function spellingOf(node: SourceNode): string | undefined {
  return node.kind === 'scalar' ? node.spelling : undefined
}

/** The node at a path, and its key. */
export interface Located {
  readonly node: SourceNode
  /** The key in the innermost mapping. Undefined in a sequence and at the top. */
  readonly keySpan?: Span
}

/** The node at a path, or the last one that exists on the way. */
export function locate(root: SourceNode, loc: readonly (string | number)[]): Located {
  let at: Located = { node: root }
  for (const step of loc) {
    const next = childAt(at.node, step)
    if (next === undefined) return at
    at = next
  }
  return at
}

/** The entry for a key. The last one, because the last duplicate wins. */
export function entryOf(node: SourceNode, key: string | number): SourceEntry | undefined {
  if (node.kind !== 'mapping') return undefined
  const { entries } = node
  return entries.length <= FEW ? entries.findLast((entry) => entry.key === key) : indexOf(entries).get(key)
}

/** Mappings with more entries get an index, because each of a hundred thousand fields may be looked up. */
const FEW = 16

const INDICES = new WeakMap<readonly SourceEntry[], ReadonlyMap<string | number, SourceEntry>>()

function indexOf(entries: readonly SourceEntry[]): ReadonlyMap<string | number, SourceEntry> {
  const known = INDICES.get(entries)
  if (known !== undefined) return known
  const index = new Map(entries.map((entry) => [entry.key, entry]))
  INDICES.set(entries, index)
  return index
}

function childAt(node: SourceNode, step: string | number): Located | undefined {
  const entry = entryOf(node, step)
  if (entry) return { node: entry.value, keySpan: entry.keySpan }
  const item = node.kind === 'sequence' ? node.items[Number(step)] : undefined
  return item && { node: item }
}

/** The converted nodes of one document, by their contents. */
export type PlainValues = Map<readonly unknown[], unknown>

/**
 * The plain value of a node. A node in several places gives one shared value, which must not be changed.
 * Recursion is safe, because the readers limit the depth.
 */
export function plainValue(root: SourceNode, shared: PlainValues = new Map()): unknown {
  function plain(node: SourceNode): unknown {
    if (node.kind === 'scalar') return node.value
    const contents = node.kind === 'mapping' ? node.entries : node.items
    const known = shared.get(contents)
    if (known !== undefined) return known
    // An assignment to `__proto__` would change the prototype; this makes a field of it.
    const made =
      node.kind === 'mapping'
        ? Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]))
        : node.items.map(plain)
    shared.set(contents, made)
    return made
  }

  return plain(root)
}
