import { type Architecture, modules, type Shape } from '../../../architecture/index.js'
import type { LeftOut } from '../folding/repeated-layers.js'
import type { NamedLayer } from '../submodules.js'
import { layerLists } from './layer-lists.js'

/** What the operations need to know about the modules, by their names. */
export interface ModuleFacts {
  readonly has: (name: string) => boolean
  /** Output features of a linear layer, or of an embedding. */
  readonly features: (name: string) => number
  readonly weight: (name: string) => Shape
  /** The layers in a list. */
  readonly list: (name: string) => readonly NamedLayer[]
  /** How many identical layers after a layer are not replayed, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  readonly leftOut: LeftOut
  /** All layers. */
  readonly layers: readonly NamedLayer[]
}

/** Reads the modules of a model. */
export function moduleFacts(architecture: Architecture): ModuleFacts {
  const weights = new Map<string, Shape>()
  const features = new Map<string, number>()
  const lists = new Map<string, NamedLayer[]>()
  for (const { name, module } of modules(architecture)) {
    const weight = module.parameters?.['weight'] ?? []
    weights.set(name, weight)
    features.set(name, module.linear?.outFeatures ?? weight.at(module.type === 'Embedding' ? -1 : 0) ?? 0)
    if (module.items) {
      const layers = module.items.flatMap((item) =>
        item.indices.map((index) => ({ index, name: `${name}.${index}`, module: item.module })),
      )
      lists.set(
        name,
        layers.sort((a, b) => a.index - b.index),
      )
    }
  }
  return {
    has: (name) => weights.has(name),
    features: (name) => features.get(name) ?? 0,
    weight: (name) => weights.get(name) ?? [],
    list: (name) => lists.get(name) ?? [],
    omitted: new Map(),
    leftOut: new Map(),
    layers: layerLists(architecture).flatMap((name) => lists.get(name) ?? []),
  }
}
