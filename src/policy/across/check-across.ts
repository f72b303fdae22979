/** The rules across files: each looks at one entity after the other, in file order. */

import { quoted } from '../../lint/text.js'
import type { AcrossFinding, CheckAcross, CheckedEntity } from '../../manifest/checked-entity.js'
import type { EntityIndex } from './entity-index.js'
import { type EntityKey, type EntityReference, keyOf, referencesOf, textOfKey } from './references-of.js'

/** Checks the entities of all files of one run. */
export class AcrossCheck {
  readonly #workspace: string
  /** The file that each entity was first seen in. */
  readonly #files = new Map<string, string>()

  /** @param workspace - the workspace that requests belong to */
  constructor(workspace: string) {
    this.#workspace = workspace
  }

  /**
   * The check of one file.
   *
   * @param index - all entities that references may name. Without it, references are not checked
   */
  inFile(file: string, index: EntityIndex | undefined): CheckAcross {
    return (entity) => this.#check(entity, file, index)
  }

  /** Notes an entity of an earlier file that is not checked itself. */
  see(key: EntityKey, file: string): void {
    if (!this.#files.has(textOfKey(key))) this.#files.set(textOfKey(key), file)
  }

  /** The identity of an entity as one text. Undefined if it has none. */
  identityOf({ model, value }: Pick<CheckedEntity, 'model' | 'value'>): string | undefined {
    const key = keyOf(model, value, this.#workspace)
    return key && textOfKey(key)
  }

  /** Whether an entity of an identity was seen. */
  knows(identity: string): boolean {
    return this.#files.has(identity)
  }

  /** How many entities are known. */
  get size(): number {
    return this.#files.size
  }

  /** Forgets all entities but the first ones. */
  forgetBeyond(size: number): void {
    // A map keeps the order in which keys are added.
    for (const key of [...this.#files.keys()].slice(size)) this.#files.delete(key)
  }

  *#check(
    { model, value, isValid }: CheckedEntity,
    file: string,
    index: EntityIndex | undefined,
  ): Generator<AcrossFinding> {
    const key = keyOf(model, value, this.#workspace)
    if (key === undefined) return
    const before = this.#files.get(textOfKey(key))
    if (before === undefined) this.#files.set(textOfKey(key), file)
    else yield duplicate(key, before, file)
    if (index === undefined) return
    for (const reference of referencesOf(value, key)) {
      if (isValid && !index.has(reference.target)) yield dangling(reference)
      const circle = reference.kind === 'base-model' && before === undefined ? index.circleAt(key) : undefined
      if (circle !== undefined) yield circular(circle)
    }
  }
}

function duplicate({ workspace, name }: EntityKey, before: string, file: string): AcrossFinding {
  const where = before === file ? 'this file' : quoted(before)
  return {
    code: 'duplicate-entity',
    severity: 'error',
    loc: ['name'],
    message: `the workspace ${quoted(workspace)} already has an entity ${quoted(name)}, in ${where}`,
    help: 'rename one of them, or remove it',
  }
}

const DANGLING: Readonly<Record<EntityReference['kind'], readonly [code: string, what: string]>> = {
  'base-model': ['dangling-base-model', 'no entity'],
  'adapter-model': ['dangling-adapter-model', 'no entity'],
  provider: ['dangling-provider', 'no provider or entity'],
}

function dangling({ kind, loc, written, target }: EntityReference): AcrossFinding {
  const [code, what] = DANGLING[kind]
  return {
    code,
    severity: 'warning',
    loc,
    message: `${quoted(written)} names nothing: there is ${what} ${quoted(target.name)} in the workspace ${quoted(target.workspace)}`,
    help: 'correct the reference, or add the entity that it names',
  }
}

function circular(circle: readonly string[]): AcrossFinding {
  const shown = [...circle.slice(0, MOST_SHOWN), ...(circle.length > MOST_SHOWN ? ['…'] : circle.slice(0, 1))]
  return {
    code: 'base-model-cycle',
    severity: 'error',
    loc: ['base_model'],
    message: `these entities are each other's base models: ${shown.map((name) => (name === '…' ? name : quoted(name))).join(' → ')}`,
    help: 'set the model that one of them was made from, or remove its "base_model"',
  }
}

/** The most entities of a circle that a message names. */
const MOST_SHOWN = 8
