import { type Architecture, type Module, modules } from '../../architecture/index.js'
import { product, sum } from '../../architecture/safe-integer.js'

/** The parameters of the base model that are trained in addition to the adapters. */
export interface TrainedWhole {
  /** Parameters of the full copies of modules. */
  readonly savedParameters: number
  /** Parameters of the biases outside these copies. */
  readonly biasParameters: number
}

/**
 * Counts the modules whose names end with one of `endings` fully, and all biases outside them. A module inside a copied module
 * is part of that copy.
 */
export function trainedWhole(architecture: Architecture, endings: readonly string[]): TrainedWhole {
  const sizes = new Map<Module, number>()
  const saved: number[] = []
  const biases: number[] = []
  let inside: string | undefined
  for (const { name, module } of modules(architecture)) {
    if (inside !== undefined && name.startsWith(inside)) continue
    inside = undefined
    if (name !== '' && endings.some((ending) => name.endsWith(ending))) {
      saved.push(sizeOf(module, sizes))
      inside = `${name}.`
    } else if (module.ties?.['bias'] === undefined) {
      biases.push(product(module.parameters?.['bias'] ?? [0]))
    }
  }
  return { savedParameters: sum(saved), biasParameters: sum(biases) }
}

/** All parameters of a module and its children, including tied ones: a copy is not tied. */
function sizeOf(module: Module, sizes: Map<Module, number>): number {
  const known = sizes.get(module)
  if (known !== undefined) return known
  const size = sum([
    ...Object.values(module.parameters ?? {}).map(product),
    ...Object.values(module.children ?? {}).map((child) => sizeOf(child, sizes)),
    ...(module.items ?? []).map(({ indices, module: item }) => product([indices.length, sizeOf(item, sizes)])),
  ])
  sizes.set(module, size)
  return size
}
