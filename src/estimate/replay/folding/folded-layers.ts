import type { Architecture, Module, Repeat } from '../../../architecture/index.js'
import type { CompleteForwardPass } from '../complete-forward-pass.js'
import type { ModelSizes } from '../model-sizes.js'
import { baseOf, layersOf, type Named, type NamedLayer, submodule } from '../submodules.js'
import type { LeftOut } from './repeated-layers.js'

/** A model with only a few of its identical layers, and how many are left out where. */
export interface FoldedLayers {
  readonly architecture: Architecture
  /** How many layers like it are left out, by the name of a layer. */
  readonly omitted: ReadonlyMap<string, number>
  /** Where they are left out. */
  readonly leftOut: LeftOut
}

/**
 * Leaves out layers that a replay would only repeat: those with the same modules and the same computation as one before, behind two
 * layers and before one that are also alike. In the forward pass such a layer adds the same bytes, in the backward pass it frees the same
 * bytes, and its operations reach as far above what was live before it. Two layers stay at the beginning, and one at the end, as nothing is
 * before or behind them.
 *
 * @param kindOf - what else tells layers apart: adapters, recomputation
 */
export function foldLayers(
  architecture: Architecture,
  forward: Pick<CompleteForwardPass, 'rotation' | 'attention' | 'feedForward'>,
  sizes: Pick<ModelSizes, 'isWindowed'>,
  kindOf: (layer: NamedLayer) => string = () => '',
): FoldedLayers {
  const base = baseOf(architecture)
  const list = base && submodule(base, 'layers')
  const { stored = [], taken = {} } = forward.attention.keySharing ?? {}
  const ofShared = (list?.module.items ?? []).filter(({ module }) => isShared(module)).flatMap(({ indices }) => indices)
  const computation = (layer: NamedLayer): string => {
    const { index } = layer
    const special = `${stored.includes(index)} ${taken[index]} ${forward.feedForward.sparseLayers.includes(index)}`
    const shared = ofShared.includes(index) ? index : ''
    return `${shared} ${sizes.isWindowed(index)} ${forward.rotation?.rotatesIn(index)} ${special} ${kindOf(layer)}`
  }
  const lists = list && base ? [{ list, layers: layersOf(base), kindOf: computation, mayShare: true }] : []
  return foldLists(architecture, lists)
}

/** A list of layers that run one after another, each once. */
export interface FoldableList {
  readonly list: Named
  readonly layers: readonly NamedLayer[]
  /** What tells layers with the same modules apart. */
  readonly kindOf: (layer: NamedLayer) => string
  /** Whether layers may share blocks, if each of those is of a kind of its own. Default: a list with shared blocks stays as it is. */
  readonly mayShare?: boolean
}

/** Leaves layers out of several lists. */
export function foldLists(architecture: Architecture, lists: readonly FoldableList[]): FoldedLayers {
  const omitted = new Map<string, number>()
  const leftOut = new Map<string, readonly string[]>()
  let { root } = architecture
  for (const { list, layers, kindOf, mayShare = false } of lists) {
    if (!mayShare && isShared(list.module)) continue
    const left = new Set<number>()
    for (const { first, like } of gapsIn(kindsOf(layers, kindOf))) {
      const names = like.map((place) => layers[place]?.name ?? '')
      for (const name of names) omitted.set(name, (omitted.get(name) ?? 0) + 1)
      leftOut.set(layers[first - 1]?.name ?? '', names)
      for (const { index } of layers.slice(first, first + like.length)) left.add(index)
    }
    if (left.size === 0) continue
    const items = (list.module.items ?? []).map(
      ({ indices, module }): Repeat => ({ indices: indices.filter((index) => !left.has(index)), module }),
    )
    root = replaced(root, list.name.split('.'), { ...list.module, items })
  }
  return { architecture: leftOut.size === 0 ? architecture : { ...architecture, root }, omitted, leftOut }
}

/** A number for each layer; those with the same modules and the same computation have the same. */
function kindsOf(layers: readonly NamedLayer[], kindOf: (layer: NamedLayer) => string): number[] {
  const kinds = new Map<Module, Map<string, number>>()
  let next = 0
  return layers.map((layer) => {
    const { module } = layer
    const own = kinds.get(module) ?? new Map<string, number>()
    kinds.set(module, own)
    const computation = kindOf(layer)
    const kind = own.get(computation) ?? next++
    own.set(computation, kind)
    return kind
  })
}

/** Layers that are left out one after another. */
interface Gap {
  /** The place of the first. */
  readonly first: number
  /** For each the place of the one that it is like. */
  readonly like: readonly number[]
}

/**
 * The layers that can be left out. Those around a gap must be as if they stood side by side: a layer holds buffers of its neighbours. The last
 * layer of a kind stays: backward meets it first, and makes what the others add to.
 */
function gapsIn(kinds: readonly number[]): Gap[] {
  const known = new Map<string, number>()
  const around = kinds.map((_, place) => surroundings(kinds, place))
  const last = new Set(new Map(kinds.map((kind, place) => [kind, place])).values())
  const gaps: Gap[] = []
  const likeAt = (place: number): number | undefined => known.get(around[place] ?? '')
  for (let place = 0; place < kinds.length; place += 1) {
    let end = place
    const like: number[] = []
    for (let next = place; next < kinds.length - 1; next += 1) {
      const one = likeAt(next)
      if (one === undefined || last.has(next)) break
      like.push(one)
      if (kinds[next] === kinds[place - 1] && kinds[next + 1] === kinds[place]) end = next + 1
    }
    if (end > place) gaps.push({ first: place, like: like.slice(0, end - place) })
    place = end
    if (likeAt(place) === undefined) known.set(around[place] ?? '', place)
  }
  return gaps
}

/** The kind of a layer, and those of the two before it and the one behind it. */
function surroundings(kinds: readonly number[], place: number): string {
  return [-2, -1, 0, 1].map((step) => kinds[place + step]).join(' ')
}

/** A tree of modules with another module at a path. */
export function replaced(module: Module, [first, ...rest]: readonly string[], by: Module): Module {
  const child = first === undefined ? undefined : module.children?.[first]
  return first === undefined || !child
    ? by
    : { ...module, children: { ...module.children, [first]: replaced(child, rest, by) } }
}

/** Whether any parameter below is tied to another. */
function isShared({ ties, sharedWith, children = {}, items = [] }: Module): boolean {
  if (ties || sharedWith !== undefined) return true
  return Object.values(children).some(isShared) || items.some(({ module }) => isShared(module))
}
