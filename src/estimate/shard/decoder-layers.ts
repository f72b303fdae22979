import { type Architecture, isTower, type Module, type Repeat } from '../../architecture/index.js'

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
