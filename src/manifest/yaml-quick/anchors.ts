/** The anchors of one document that is read quickly. */

import { isBlank, isOfWord } from './characters.js'
import type { Lines } from './lines.js'

/** The end of the name of the anchor or alias at an offset. Undefined if the name is unusual. */
export function nameEnd({ text, end }: Lines, at: number): number | undefined {
  let nameEnd = at + 1
  while (isOfWord(text.charCodeAt(nameEnd))) nameEnd += 1
  const isEnded = nameEnd === end || isBlank(text.charCodeAt(nameEnd))
  return isEnded && nameEnd !== at + 1 ? nameEnd : undefined
}

/** What an alias may stand for. */
export class Anchors<Node> {
  readonly #nodes = new Map<string, Node>()
  #aliases = 0

  /**
   * Reads what an anchor names. An alias cannot stand for what is not read to its end, and here not for what has aliases itself:
   * so the size of all together is bounded.
   */
  named(name: string, read: () => Node): Node {
    const before = this.#aliases
    this.#nodes.delete(name)
    const node = read()
    if (this.#aliases === before) this.#nodes.set(name, node)
    return node
  }

  /** What an alias stands for. Undefined if that is left to the other reader. */
  target(name: string): Node | undefined {
    this.#aliases += 1
    return this.#aliases > MOST_ALIASES ? undefined : this.#nodes.get(name)
  }
}

/** In a document of {@link LONGEST_WITH_ANCHORS}, these give far fewer nodes than are allowed. */
const MOST_ALIASES = 100

/** Longer documents with anchors are left to the other reader, which counts what aliases stand for. In UTF-16 code units. */
export const LONGEST_WITH_ANCHORS = 10_000
