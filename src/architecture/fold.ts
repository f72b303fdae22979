import type { ModuleTree } from './architecture.js'
import { linearGroups, type Path, parameterGroups } from './groups.js'
import type { Shape } from './module.js'

/**
 * The unique parameters of a model with folded names: `model.layers.{0-31}.mlp.up_proj.weight`. Names that differ only in a
 * number, and have the same shape, are joined into one name with a range. A name with several ranges stands for all
 * combinations.
 *
 * @example
 * ```ts
 * for (const [name, shape] of foldedParameters(architecture)) console.log(name, shape)
 * ```
 */
export function foldedParameters(architecture: ModuleTree): Map<string, Shape> {
  const entries: Entry[] = []
  for (const { path, shape, tiedTo } of parameterGroups(architecture)) {
    if (tiedTo === undefined) entries.push({ path, value: shape })
  }
  return fold(entries)
}

/** The linear layers of a model with folded names, each with its `[in_features, out_features]`. */
export function foldedLinearLayers(architecture: ModuleTree): Map<string, Shape> {
  const entries: Entry[] = []
  for (const { path, linear } of linearGroups(architecture)) {
    entries.push({ path, value: [linear.inFeatures, linear.outFeatures] })
  }
  return fold(entries)
}

/** Writes a folded number: `7`, or `{0-2,5}`. */
export function formatIndices(indices: readonly number[]): string {
  if (indices.length === 1) return String(indices[0])
  const ranges: { from: number; to: number }[] = []
  for (const index of [...indices].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last?.to === index - 1) last.to = index
    else ranges.push({ from: index, to: index })
  }
  return `{${ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(',')}}`
}

interface Entry {
  readonly path: Path
  readonly value: Shape
}

/** Joins numbers from the last position to the first, as long as everything else is equal. */
function fold(entries: readonly Entry[]): Map<string, Shape> {
  const depth = Math.max(0, ...entries.map(({ path }) => path.length))
  let folded = entries
  for (let place = depth - 1; place >= 0; place--) folded = foldAt(folded, place)
  return new Map(folded.map(({ path, value }) => [path.join('.'), value]))
}

function foldAt(entries: readonly Entry[], place: number): Entry[] {
  const groups = new Map<string, { entry: Entry; indices: number[] }>()
  for (const entry of entries) {
    const component = entry.path[place]
    const indices = typeof component === 'object' ? component : []
    const key = JSON.stringify([
      entry.path.slice(0, place),
      indices.length > 0 || component,
      entry.path.slice(place + 1),
      entry.value,
    ])
    const group = groups.get(key)
    if (group) group.indices.push(...indices)
    else groups.set(key, { entry, indices: [...indices] })
  }
  return [...groups.values()].map(({ entry, indices }) =>
    indices.length === 0 ? entry : { ...entry, path: entry.path.with(place, formatIndices(indices)) },
  )
}
