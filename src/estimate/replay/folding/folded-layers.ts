import type { Architecture, Module, Repeat } from '../../../architecture/index.js'
import type { CompleteForwardPass } from '../complete-forward-pass.js'
import type { ModelSizes } from '../model-sizes.js'
import { baseOf, layersOf, type Named, type NamedLayer, submodule } from '../submodules.js'

/** A model with only a few of its identical layers, and how many are left out where. */
export interface FoldedLayers {
  readonly architecture: Architecture
  /** How many layers like it are left out, by the name of a layer. */
  readonly omitted: ReadonlyMap<string, number>
  /** The gaps, by the name of the layer before each. */
  readonly gaps: ReadonlyMap<string, Gap>
}

/** Repetitions that are not replayed. */
export interface Gap {
  /** The layers of one repetition: 1 if all layers are alike, 6 if every sixth is different. */
  readonly period: number
  /** The repetitions that are left out. */
  readonly count: number
}

/**
 * Leaves out layers that a replay would only repeat. In a row of identical repetitions (one layer, or several that alternate), from
 * the second on, each adds the same bytes in the forward pass and frees the same bytes in the backward pass. The live bytes at one
 * of its operations are a linear function of the index of the repetition, so the maximum is at one of the ends. Two layers and one
 * repetition stay at the beginning, and one repetition and a layer at the end. What the omitted ones add is what the one before the gap
 * adds, multiplied by their number.
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
  const computation = (layer: NamedLayer): string => {
    const { index } = layer
    const special = `${stored.includes(index)} ${taken[index]} ${forward.feedForward.sparseLayers.includes(index)}`
    return `${sizes.isWindowed(index)} ${forward.rotation?.rotatesIn(index)} ${special} ${kindOf(layer)}`
  }
  return foldLists(architecture, list && base ? [{ list, layers: layersOf(base), kindOf: computation }] : [])
}

/** A list of layers that run one after another, each once. */
export interface FoldableList {
  readonly list: Named
  readonly layers: readonly NamedLayer[]
  /** What tells layers with the same modules apart. */
  readonly kindOf: (layer: NamedLayer) => string
}

/** Leaves layers out of several lists. */
export function foldLists(architecture: Architecture, lists: readonly FoldableList[]): FoldedLayers {
  const omitted = new Map<string, number>()
  const gaps = new Map<string, Gap>()
  let { root } = architecture
  for (const { list, layers, kindOf } of lists) {
    if (isShared(list.module)) continue
    const left = new Set<number>()
    for (const { start, period, count } of gapsIn(kindsOf(layers, kindOf))) {
      const from = start + LEAD + period
      const row = layers.slice(start, from)
      for (const { name } of row.slice(-period)) omitted.set(name, count)
      gaps.set(row.at(-1)?.name ?? '', { period, count })
      for (const { index } of layers.slice(from, from + count * period)) left.add(index)
    }
    if (left.size === 0) continue
    const items = (list.module.items ?? []).map(
      ({ indices, module }): Repeat => ({ indices: indices.filter((index) => !left.has(index)), module }),
    )
    root = replaced(root, list.name.split('.'), { ...list.module, items })
  }
  return { architecture: gaps.size === 0 ? architecture : { ...architecture, root }, omitted, gaps }
}

/** Layers that stay at the beginning: what one holds of the one before is as in all others from the second on. */
const LEAD = 2
/** Layers that stay at the end, which backward meets first. */
const TAIL = 1
const FEWEST_OMITTED = 2
/** The longest repetition that is looked for. */
const LONGEST_PERIOD = 16

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

/** Where repetitions begin that can be left out: from each place on, the period that leaves out most layers. */
function gapsIn(kinds: readonly number[]): (Gap & { readonly start: number })[] {
  const gaps: (Gap & { readonly start: number })[] = []
  for (let start = 0; start < kinds.length; ) {
    const [best] = Array.from({ length: LONGEST_PERIOD }, (_, index) => gapAt(kinds, start, index + 1)).sort(
      (a, b) => b.count * b.period - a.count * a.period,
    )
    if (best && best.count * best.period >= FEWEST_OMITTED) {
      gaps.push({ start, ...best })
      start += LEAD + (best.count + 2) * best.period + TAIL
    } else start += 1
  }
  return gaps
}

function gapAt(kinds: readonly number[], start: number, period: number): Gap {
  let end = start + period
  while (end < kinds.length && kinds[end] === kinds[end - period]) end += 1
  return { period, count: Math.max(Math.floor((end - start - LEAD - TAIL) / period) - 2, 0) }
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
