import type { Architecture, Module, Repeat } from '../../architecture/index.js'
import type { CompleteForwardPass } from './complete-forward-pass.js'
import type { ModelSizes } from './model-sizes.js'
import { baseOf, layersOf, submodule } from './submodules.js'

/** A model with only a few of its identical layers, and how many are left out after which layer. */
export interface FoldedLayers {
  readonly architecture: Architecture
  readonly omitted: ReadonlyMap<string, number>
}

/**
 * Leaves out layers that a replay would only repeat. In a run of identical layers, from the second on, each adds the same bytes
 * in the forward pass and frees the same bytes in the backward pass. The live bytes at one of its operations are a linear function
 * of the layer's index, so the maximum is at one of the ends. Three layers stay at the beginning and two at the end. What the
 * omitted layers add is what the last layer before the gap adds, multiplied by their number.
 */
export function foldLayers(
  architecture: Architecture,
  forward: Pick<CompleteForwardPass, 'rotation'>,
  sizes: Pick<ModelSizes, 'isWindowed'>,
): FoldedLayers {
  const base = baseOf(architecture)
  const list = base && submodule(base, 'layers')
  const omitted = new Map<string, number>()
  if (!list || isShared(list.module)) return { architecture, omitted }
  const left = new Set<number>()
  for (const row of rowsOf(layersOf(base), forward, sizes)) {
    const others = row.slice(KEPT_BEFORE, -KEPT_BEHIND)
    if (others.length < FEWEST_OMITTED) continue
    for (const { index } of others) left.add(index)
    omitted.set(row[KEPT_BEFORE - 1]?.name ?? '', others.length)
  }
  if (left.size === 0) return { architecture, omitted }
  const items = (list.module.items ?? []).map(
    ({ indices, module }): Repeat => ({ indices: indices.filter((index) => !left.has(index)), module }),
  )
  const root = replaced(architecture.root, list.name.split('.'), { ...list.module, items })
  return { architecture: { ...architecture, root }, omitted }
}

const KEPT_BEFORE = 3
const KEPT_BEHIND = 2
const FEWEST_OMITTED = 2

type Layers = ReturnType<typeof layersOf>

/** Consecutive layers with the same modules and the same computation. */
function rowsOf(
  layers: Layers,
  { rotation }: Pick<CompleteForwardPass, 'rotation'>,
  { isWindowed }: Pick<ModelSizes, 'isWindowed'>,
): Layers[] {
  const rows: Layers[] = []
  let last: Layers[number] | undefined
  for (const layer of layers) {
    const isAlike =
      last?.module === layer.module &&
      isWindowed(last.index) === isWindowed(layer.index) &&
      rotation?.rotatesIn(last.index) === rotation?.rotatesIn(layer.index)
    if (isAlike) rows.at(-1)?.push(layer)
    else rows.push([layer])
    last = layer
  }
  return rows
}

function replaced(module: Module, [first, ...rest]: readonly string[], by: Module): Module {
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
