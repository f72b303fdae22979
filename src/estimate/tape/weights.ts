import { type Architecture, modules, parameters, ties } from '../../architecture/index.js'
import type { ComputeDtype } from './dtype.js'
import type { Ledger } from './ledger.js'
import type { Leaf, Tensor } from './tape.js'

/** A low-rank adapter of one module: `B(A(x))`, A of `[rank, in]` and B of `[out, rank]`. */
export interface Adapter {
  readonly a: Tensor
  readonly b: Tensor
  readonly rank: number
}

/** Which adapter a module carries, if any. */
export type AdapterRank = (name: string) => number | undefined

/** How parameters are kept and which of them are trained. */
export interface WeightOptions {
  readonly dtype: ComputeDtype
  /** Whether the model's own parameters are trained. */
  readonly trained: boolean
  readonly adapterDtype: ComputeDtype
  readonly adapterRank: AdapterRank
}

/** The parameters of a model, booked, by name; tied ones are one tensor under two names. */
export class Weights {
  /** What the optimizer steps. */
  readonly leaves: Leaf[] = []
  /** Parameter tensors, adapters included. */
  readonly tensors: Tensor[] = []
  readonly #byName = new Map<string, Tensor>()
  readonly #adapters = new Map<string, Adapter>()
  readonly #ledger: Ledger

  constructor(architecture: Architecture, ledger: Ledger, options: WeightOptions) {
    this.#ledger = ledger
    for (const { name, shape } of parameters(architecture)) {
      const elements = shape.reduce((product, size) => product * size, 1)
      this.#byName.set(name, this.#parameter(elements, options.dtype, options.trained))
    }
    for (const { name, to } of ties(architecture)) {
      const target = this.#byName.get(to)
      if (target) this.#byName.set(name, target)
    }
    for (const { name, module } of modules(architecture)) {
      const rank = module.linear && options.adapterRank(name)
      if (!module.linear || !rank) continue
      const { inFeatures, outFeatures } = module.linear
      const a = this.#parameter(rank * inFeatures, options.adapterDtype, true)
      const b = this.#parameter(rank * outFeatures, options.adapterDtype, true)
      this.#adapters.set(name, { a, b, rank })
    }
  }

  /** The parameter of a name. */
  get(name: string): Tensor {
    const found = this.#byName.get(name)
    if (found) return found
    throw new Error(`the forward pass asks for ${name}, which the architecture does not have`)
  }

  find(name: string): Tensor | undefined {
    return this.#byName.get(name)
  }

  adapter(module: string): Adapter | undefined {
    return this.#adapters.get(module)
  }

  #parameter(elements: number, dtype: ComputeDtype, trained: boolean): Tensor {
    const storage = this.#ledger.allocate(elements * (dtype === 'float32' ? 4 : 2), 'parameters')
    const leaf: Leaf | undefined = trained ? { kind: 'leaf', elements, dtype, expected: 0 } : undefined
    if (leaf) this.leaves.push(leaf)
    const tensor: Tensor = { elements, dtype, storage, ...(leaf && { grad: leaf }) }
    this.tensors.push(tensor)
    return tensor
  }
}
