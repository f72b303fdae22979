/** All entities that references may name, and where following `base_model` leads in a circle. */

import type { ListedEntity } from '../../manifest/list-entities.js'
import { type EntityKey, keyOf, referencesOf, textOfKey } from './references-of.js'

interface Entry {
  readonly key: EntityKey
  readonly base: string | undefined
  /** Whether the file of the entity is checked, and not only looked up. */
  readonly isChecked: boolean
}

/** The entities of all files. Of several with one identity, the first counts. */
export class EntityIndex {
  readonly #entries = new Map<string, Entry>()
  #circles: ReadonlyMap<string, readonly string[]> | undefined

  /** Adds an entity. Entities are added in file order, those of checked files first. */
  add({ model, value }: ListedEntity, workspace: string, isChecked: boolean): void {
    const key = keyOf(model, value, workspace)
    if (key === undefined || this.#entries.has(textOfKey(key))) return
    let base: string | undefined
    for (const { kind, target } of referencesOf(value, key)) if (kind === 'base-model') base = textOfKey(target)
    this.#entries.set(textOfKey(key), { key, base, isChecked })
  }

  has(key: EntityKey): boolean {
    return this.#entries.has(textOfKey(key))
  }

  /** Whether an entity's `base_model` closes a circle: then the entities of the circle, from this one on. */
  circleAt(key: EntityKey): readonly string[] | undefined {
    this.#circles ??= circlesIn(this.#entries)
    return this.#circles.get(textOfKey(key))
  }
}

/** The circles of two entities or more, by the last entity of each in file order. */
function circlesIn(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, readonly string[]> {
  const order = new Map([...entries.keys()].map((name, index) => [name, index]))
  const circles = new Map<string, readonly string[]>()
  const done = new Set<string>()
  for (const start of entries.keys()) {
    const path: string[] = []
    const onPath = new Map<string, number>()
    let at: string | undefined = start
    while (at !== undefined && entries.has(at) && !done.has(at) && !onPath.has(at)) {
      onPath.set(at, path.length)
      path.push(at)
      at = entries.get(at)?.base
    }
    const from = at === undefined ? undefined : onPath.get(at)
    for (const name of path) done.add(name)
    if (from === undefined || path.length - from < 2) continue
    const circle = path.slice(from)
    const checked = circle.filter((name) => entries.get(name)?.isChecked)
    const last = checked.reduce((one, other) => ((order.get(other) ?? 0) > (order.get(one) ?? -1) ? other : one), '')
    const turn = circle.indexOf(last)
    if (turn >= 0) circles.set(last, [...circle.slice(turn), ...circle.slice(0, turn)])
  }
  return circles
}
