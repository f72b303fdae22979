/** A value with the places where it is written: the one tree that YAML and JSON are read into. */

/** A stretch of the text: UTF-16 offsets, the end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A value as it is written. What an alias brings in is the same node under another place, so that the tree is a graph. */
export type SourceNode = SourceMapping | SourceSequence | SourceScalar

interface Written {
  /** The value itself, behind its tag and anchor, or the alias that gives it; `undefined` where nothing is written. */
  readonly span: Span | undefined
  /** Whether an alias gives it. */
  readonly aliased?: true
  /** Of a value that an alias gives: where it is written. */
  readonly origin?: Span
}

/** A mapping or an object, duplicates and all. */
export interface SourceMapping extends Written {
  readonly kind: 'mapping'
  readonly entries: readonly SourceEntry[]
}

/** One key with its value. */
export interface SourceEntry {
  readonly key: string
  readonly keySpan: Span
  readonly value: SourceNode
}

/** A sequence or an array. */
export interface SourceSequence extends Written {
  readonly kind: 'sequence'
  readonly items: readonly SourceNode[]
}

/** A scalar; a number keeps its spelling, and an integer beyond 2^53 is a `bigint`. */
export interface SourceScalar extends Written {
  readonly kind: 'scalar'
  readonly value: unknown
  readonly spelling?: string
}

/** What a collection holds, by which it is known wherever it stands; a scalar holds nothing. */
export function contentsOf(node: SourceNode): readonly unknown[] | undefined {
  return node.kind === 'mapping' ? node.entries : node.kind === 'sequence' ? node.items : undefined
}

/** What a path leads to: the node, and the key that it stands under. */
export interface Located {
  readonly node: SourceNode
  /** The key of the innermost mapping; `undefined` in a sequence and at the top. */
  readonly keySpan?: Span
}

/** The node at a path, or the last one on the way where the path leads further than the value. */
export function locate(root: SourceNode, loc: readonly (string | number)[]): Located {
  let at: Located = { node: root }
  for (const step of loc) {
    const next = childAt(at.node, step)
    if (next === undefined) return at
    at = next
  }
  return at
}

/** The entry of a mapping with a key: the last, as the last of duplicates wins. */
export function entryOf(node: SourceNode, key: string | number): SourceEntry | undefined {
  if (node.kind !== 'mapping') return undefined
  const { entries } = node
  return entries.length <= FEW ? entries.findLast((entry) => entry.key === key) : indexOf(entries).get(key)
}

/** A mapping of more entries has an index: a hundred thousand fields may each be asked for. */
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
  const item = node.kind === 'sequence' && typeof step === 'number' ? node.items[step] : undefined
  return item && { node: item }
}

/** What nodes of one document have been turned into, by their contents. */
export type PlainValues = Map<readonly unknown[], unknown>

/**
 * The plain value of a node. Nodes that stand in several places give one shared value, which nobody changes.
 * Readers bound the depth, so that recursion is safe.
 */
export function plainValue(root: SourceNode, shared: PlainValues = new Map()): unknown {
  function plain(node: SourceNode): unknown {
    if (node.kind === 'scalar') return node.value
    const contents = node.kind === 'mapping' ? node.entries : node.items
    const known = shared.get(contents)
    if (known !== undefined) return known
    const made = node.kind === 'mapping' ? fieldsOf(node) : node.items.map(plain)
    shared.set(contents, made)
    return made
  }

  function fieldsOf({ entries }: SourceMapping): object {
    const fields = {}
    for (const { key, value } of entries) setField(fields, key, plain(value))
    return fields
  }

  return plain(root)
}

/** An assignment to `__proto__` would change the prototype in place of adding a field. */
function setField(fields: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true })
  } else Reflect.set(fields, key, value)
}
