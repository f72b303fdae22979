import { type Architecture, modules, parameters, type Shape, ties } from '../../architecture/index.js'
import { type ComputeDtype, DTYPE_BYTES } from './dtype.js'
import type { MemoryLedger } from './memory-ledger.js'
import { nf4Bytes } from './nf4.js'
import { ROOT, type Sharding } from './sharding.js'
import { baseOf, submodule } from './submodules.js'
import type { Leaf, Tensor } from './tape.js'

/** A low-rank adapter of one module: `B(A(x))`, A of `[rank, in]` and B of `[out, rank]`. */
export interface Adapter {
  readonly a: Tensor
  readonly b: Tensor
  readonly rank: number
}

/** The adapter of a module, if any. */
export type AdapterRank = (name: string) => number | undefined

/** How parameters are stored, and which of them are trained. */
export interface WeightOptions {
  readonly dtype: ComputeDtype
  /** Whether the model's own parameters are trained. */
  readonly trained: boolean
  /** Whether the weights of linear layers, except the output embedding, are stored in 4 bits. */
  readonly quantised: boolean
  readonly adapterDtype: ComputeDtype
  readonly adapterRank: AdapterRank
  /** How parameters are sharded over ranks; absent on one GPU. */
  readonly sharding?: Sharding | undefined
  /** How many identical layers are not replayed, by the name of the layer before them. */
  readonly omitted?: ReadonlyMap<string, number>
}

/** The allocated parameters of a model, by name. Tied parameters are one tensor with two names. */
export class Weights {
  /** The parameters that the optimizer updates. */
  readonly leaves: Leaf[] = []
  /** Parameter tensors, including adapters. */
  readonly tensors: Tensor[] = []
  readonly #byName = new Map<string, Tensor>()
  readonly #shapes = new Map<Tensor, Shape>()
  readonly #adapters = new Map<string, Adapter>()
  readonly #ledger: MemoryLedger
  readonly #sharding: Sharding | undefined
  readonly #omitted: ReadonlyMap<string, number>
  /** The prefix of the names of all parameters in decoder layers: `model.layers.`. */
  readonly #listPrefix: string | undefined

  constructor(architecture: Architecture, ledger: MemoryLedger, options: WeightOptions) {
    this.#ledger = ledger
    this.#sharding = options.sharding
    this.#omitted = options.omitted ?? new Map()
    const base = baseOf(architecture)
    const list = base && submodule(base, 'layers')
    this.#listPrefix = list && `${list.name}.`
    // transformers does not pack the output embedding (`get_keys_to_not_convert`).
    const head = submodule({ name: '', module: architecture.root }, 'head')?.name
    const quantizable = new Set<string>()
    for (const { name, module } of modules(architecture))
      if (module.linear && name !== head) quantizable.add(`${name}.weight`)
    const { float32Parameters = [], untrainedParameters = [] } = architecture.forward?.feedForward.mixture ?? {}
    const isAmong = (ends: readonly string[], name: string): boolean => ends.some((end) => name.endsWith(end))
    for (const { name, shape } of parameters(architecture)) {
      const isNf4 = options.quantised && quantizable.has(name)
      const dtype = isAmong(float32Parameters, name) ? 'float32' : options.dtype
      const isTrained = options.trained && !isAmong(untrainedParameters, name)
      this.#byName.set(name, this.#parameter(name, shape, dtype, isTrained, isNf4))
    }
    for (const { name, to } of ties(architecture)) {
      const target = this.#byName.get(to)
      if (target) this.#byName.set(name, target)
    }
    for (const { name, module } of modules(architecture)) {
      const rank = module.linear && options.adapterRank(name)
      if (!module.linear || !rank) continue
      const { inFeatures, outFeatures } = module.linear
      const a = this.#parameter(name, [rank, inFeatures], options.adapterDtype, true)
      const b = this.#parameter(name, [outFeatures, rank], options.adapterDtype, true)
      this.#adapters.set(name, { a, b, rank })
    }
  }

  /** The parameter with a name. */
  get(name: string): Tensor {
    const found = this.#byName.get(name)
    if (found) return found
    throw new Error(`the forward pass needs ${name}, which the architecture does not have`)
  }

  find(name: string): Tensor | undefined {
    return this.#byName.get(name)
  }

  /** The shape of a three-dimensional parameter. */
  shape(parameter: Tensor): readonly [number, number, number] {
    const [first = 1, second = 1, third = 1] = this.#shapes.get(parameter) ?? []
    return [first, second, third]
  }

  adapter(module: string): Adapter | undefined {
    return this.#adapters.get(module)
  }

  /** The decoder layer that a parameter is gathered with. */
  #groupOf(name: string): string {
    const end = this.#listPrefix === undefined ? -1 : name.indexOf('.', this.#listPrefix.length)
    return end > 0 && this.#listPrefix !== undefined && name.startsWith(this.#listPrefix) ? name.slice(0, end) : ROOT
  }

  #parameter(name: string, shape: Shape, dtype: ComputeDtype, trained: boolean, isNf4 = false): Tensor {
    const elements = shape.reduce((product, size) => product * size, 1)
    const isSharded = this.#sharding !== undefined
    const group = this.#groupOf(name)
    const alike = this.#omitted.get(group) ?? 0
    const leaf: Leaf | undefined = trained
      ? { kind: 'leaf', shape, elements, dtype, expected: 0, isSharded, alike }
      : undefined
    const width = isNf4 ? nf4Bytes(elements) / elements : DTYPE_BYTES[dtype]
    const bytes = this.#sharding?.add(group, shape, width, leaf) ?? elements * width
    const storage = this.#ledger.allocate(Math.ceil(bytes), 'parameters')
    if (alike > 0) this.#ledger.allocate(Math.ceil(bytes) * alike, 'parameters')
    if (leaf) this.leaves.push(leaf)
    const tensor: Tensor = {
      elements,
      dtype,
      storage,
      alike,
      ...(leaf && { grad: leaf }),
      ...(isNf4 && { isNf4 }),
    }
    this.tensors.push(tensor)
    if (shape.length === 3) this.#shapes.set(tensor, shape)
    return tensor
  }
}
