import type { QuickValue } from './quick-json.js'
import type { SourceNode, Span } from './source-node.js'

/** A document with its places. */
export interface ReadTree {
  readonly root: SourceNode
  /** Whether a part of it occurs in several places. */
  readonly isShared?: true
  /** What is written once and occurs in several places. */
  readonly aliased?: readonly Span[]
  /** Whether YAML 1.1 reads a plain scalar of it otherwise. */
  readonly hasOtherReadings?: true
}

/** A document whose places are read when they are needed, which is only where something is reported. */
export class LazyDocument {
  readonly kind = 'value'
  readonly hasAllScalars = true
  readonly quick: QuickValue
  readonly #read: () => ReadTree
  #made: ReadTree | undefined

  /** @param read - reads the document with its places */
  constructor(quick: QuickValue, read: () => ReadTree) {
    this.quick = quick
    this.#read = read
  }

  get root(): SourceNode {
    return this.#tree.root
  }

  get isShared(): true | undefined {
    return this.#tree.isShared
  }

  get aliased(): readonly Span[] | undefined {
    return this.#tree.aliased
  }

  get hasOtherReadings(): true | undefined {
    return this.#tree.hasOtherReadings
  }

  get #tree(): ReadTree {
    this.#made ??= this.#read()
    return this.#made
  }
}
