import type { QuickValue } from './quick-json.js'
import type { SourceNode } from './source-node.js'

/** A document whose places are read when they are needed, which is only where something is reported. */
export class LazyDocument {
  readonly kind = 'value'
  readonly hasAllScalars = true
  readonly quick: QuickValue
  readonly #read: () => SourceNode
  #root: SourceNode | undefined

  /** @param read - reads the document with its places */
  constructor(quick: QuickValue, read: () => SourceNode) {
    this.quick = quick
    this.#read = read
  }

  get root(): SourceNode {
    this.#root ??= this.#read()
    return this.#root
  }
}
