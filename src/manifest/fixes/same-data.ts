import type { ReadDocument } from '../file-error.js'
import type { SourceEntry, SourceMapping, SourceNode, SourceScalar, SourceSequence } from '../source-node.js'

/** What may differ between two versions of a text. */
export interface Allowed {
  /** The new tokens, by the offset of the old ones. */
  readonly tokens?: ReadonlyMap<number, string>
  /** The new text, to compare its tokens. */
  readonly text?: string
  /** Whether the keys of a mapping may come in another order. */
  readonly anyOrder?: boolean
  /** The mappings, by their offset, whose `spec` may differ. */
  readonly specs?: ReadonlySet<number>
}

/** Whether two versions of a text have the same data, but for what is allowed. Takes linear time, also with aliases. */
export function hasSameData(
  before: readonly ReadDocument[],
  after: readonly ReadDocument[],
  allowed: Allowed,
): boolean {
  if (before.length !== after.length) return false
  const comparison = new Comparison(allowed)
  return before.every((old, index) => {
    const now = after[index]
    if (old.kind !== 'value' || now?.kind !== 'value') return old.kind === now?.kind
    return comparison.isSame(old.root, now.root)
  })
}

class Comparison {
  readonly #allowed: Allowed
  /** The pairs that are compared already, or are being compared. */
  readonly #seen = new Map<object, Set<object>>()

  constructor(allowed: Allowed) {
    this.#allowed = allowed
  }

  isSame(old: SourceNode, now: SourceNode): boolean {
    if (old.kind === 'scalar') return now.kind === 'scalar' && this.#isSameScalar(old, now)
    if (old.kind === 'mapping') return now.kind === 'mapping' && this.#isSameMapping(old, now)
    return now.kind === 'sequence' && this.#isSameSequence(old, now)
  }

  #isSameScalar(old: SourceScalar, now: SourceScalar): boolean {
    const token = old.span && this.#allowed.tokens?.get(old.span.start)
    if (token !== undefined && !old.aliased) return this.#isWritten(token, now.span)
    return Object.is(old.value, now.value)
  }

  #isSameSequence(old: SourceSequence, now: SourceSequence): boolean {
    if (this.#isSeen(old.items, now.items)) return true
    return (
      old.items.length === now.items.length &&
      old.items.every((item, index) => isNode(now.items[index], (node) => this.isSame(item, node)))
    )
  }

  #isSameMapping(old: SourceMapping, now: SourceMapping): boolean {
    if (this.#isSeen(old.entries, now.entries)) return true
    const mayDiffer = this.#allowed.specs?.has(old.span?.start ?? -1) === true
    const kept = (entries: readonly SourceEntry[]) =>
      mayDiffer ? entries.filter(({ key }) => key !== 'spec') : entries
    const [one, other] = [kept(old.entries), kept(now.entries)]
    if (one.length !== other.length || new Set(other.map(({ key }) => key)).size !== other.length) return false
    const byKey = this.#allowed.anyOrder ? new Map(other.map((entry) => [entry.key, entry])) : undefined
    return one.every((entry, index) => {
      const match = byKey ? byKey.get(entry.key) : other[index]
      return match !== undefined && this.#isSameKey(entry, match) && this.isSame(entry.value, match.value)
    })
  }

  #isSameKey(old: SourceEntry, now: SourceEntry): boolean {
    const token = this.#allowed.tokens?.get(old.keySpan.start)
    return token === undefined ? old.key === now.key : this.#isWritten(token, now.keySpan)
  }

  #isWritten(token: string, span: { readonly start: number; readonly end: number } | undefined): boolean {
    return span !== undefined && this.#allowed.text?.slice(span.start, span.end) === token
  }

  #isSeen(old: object, now: object): boolean {
    const seen = this.#seen.get(old) ?? new Set()
    if (seen.has(now)) return true
    this.#seen.set(old, seen.add(now))
    return false
  }
}

function isNode(node: SourceNode | undefined, test: (node: SourceNode) => boolean): boolean {
  return node !== undefined && test(node)
}
