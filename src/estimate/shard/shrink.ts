import { type Architecture, isTower, type Module, type Repeat } from '../../architecture/index.js'

/**
 * The same model with fewer decoder layers and, optionally, a vocabulary of one token. Its replay then shows what a layer
 * needs, because the loss is negligible.
 */
export function shrunk(model: Architecture, layers: number, vocabulary: 'whole' | 'one token'): Architecture {
  const { vocabSize } = model.dimensions
  const list = decoderLayers(model)
  const shortened: Repeat[] = Array.from({ length: layers }, (_, index) => ({
    indices: [index],
    module: moduleAt(list, index),
  }))
  const root = mapModule(model.root, (module) => {
    if (module.items === list) return { ...module, items: shortened }
    return vocabulary === 'whole' ? module : withoutVocabulary(module, vocabSize)
  })
  return {
    ...model,
    root,
    dimensions: {
      ...model.dimensions,
      layers,
      vocabSize: vocabulary === 'whole' ? vocabSize : 1,
    },
  }
}

/** The longest list of modules: the decoder layers, which FSDP wraps one by one. */
export function decoderLayers({ root }: Pick<Architecture, 'root'>): readonly Repeat[] {
  let longest: readonly Repeat[] = []
  const length = (items: readonly Repeat[]) => items.reduce((sum, { indices }) => sum + indices.length, 0)
  const visit = (module: Module): void => {
    // Experts are a list inside a layer, which can be longer than the list of layers.
    if (module.items) {
      if (length(module.items) > length(longest)) longest = module.items
      return
    }
    for (const child of Object.values(module.children ?? {})) if (!isTower(child.part)) visit(child)
  }
  visit(root)
  return longest
}

function moduleAt(list: readonly Repeat[], index: number): Module {
  const found = list.find(({ indices }) => indices.includes(index)) ?? list[0]
  if (found) return found.module
  throw new RangeError('the model has no list of layers')
}

/** Maps the modules outside lists; a list stays as it is. */
function mapModule(module: Module, change: (module: Module) => Module): Module {
  const changed = change(module)
  if (changed.items || !changed.children) return changed
  const children = Object.entries(changed.children).map(([name, child]) => [name, mapModule(child, change)] as const)
  return { ...changed, children: Object.fromEntries(children) }
}

function withoutVocabulary(module: Module, vocabSize: number): Module {
  const { parameters, linear } = module
  if (!parameters || !Object.values(parameters).some((shape) => shape[0] === vocabSize)) return module
  const shapes = Object.entries(parameters).map(([name, [rows, ...rest]]) => [
    name,
    rows === vocabSize ? [1, ...rest] : [rows ?? 1, ...rest],
  ])
  return {
    ...module,
    parameters: Object.fromEntries(shapes),
    ...(linear && linear.outFeatures === vocabSize && { linear: { ...linear, outFeatures: 1 } }),
  }
}
