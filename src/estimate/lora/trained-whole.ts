import { type Architecture, type Module, modules } from '../../architecture/index.js'
import { product, sum } from '../../architecture/safe-integer.js'

/** What of the base model is trained beside the adapters. */
export interface TrainedWhole {
  /** Parameters of the copies of whole modules. */
  readonly savedParameters: number
  /** Parameters of the biases outside them. */
  readonly biasParameters: number
}

/**
 * The modules whose names end with one of `endings`, counted whole, and all biases outside them. A module inside one that
 * is copied already is in that copy.
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

/** Parameters of a module and all inside it, those that are tied to others too: a copy has them of its own. */
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
