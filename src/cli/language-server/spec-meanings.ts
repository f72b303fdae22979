import { type EditedDocument, specAt } from '../../language-server/index.js'
import type { Span } from '../../manifest/source-node.js'
import type { SchemaName } from '../../schemas/index.js'

/** What specs mean. Each is computed once: replaying its training steps takes a moment. */
export class SpecMeanings {
  readonly #known = new Map<string, string>()

  /** What the spec at a place means, as Markdown. Undefined if there is none. */
  async of(edited: EditedDocument, span: Span, model: SchemaName | undefined): Promise<string | undefined> {
    const spec = specAt(edited, span, model)
    if (spec === undefined) return undefined
    if ('why' in spec) return `_${spec.why}_`
    const key = JSON.stringify(spec)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { specMeaning } = await import('../../language-server/hover/spec-meaning.js')
    const meaning = specMeaning(spec)
    if (this.#known.size >= MOST) this.#known.clear()
    this.#known.set(key, meaning)
    return meaning
  }
}

/** The most specs to remember. */
const MOST = 20
