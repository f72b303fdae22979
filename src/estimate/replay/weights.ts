import { type Architecture, parameters, type Shape, ties } from '../../architecture/index.js'
import type { Adapter, TargetedParameter } from './adapters/adapter.js'
import { adapterWeights, type OfParameter, targetedParameters } from './adapters/adapter-weights.js'
import { type Division, isDivided, isSummed } from './division.js'
import { type ComputeDtype, DTYPE_BYTES } from './dtype.js'
import type { LeftOut } from './folding/repeated-layers.js'
import type { MemoryLedger } from './memory-ledger.js'
import { packedModules } from './packed/packed-modules.js'
import { type PackedStorage, packedWidth, storedBytes } from './packed/packed-storage.js'
import { isStacked, StackedExperts } from './packed/stacked-experts.js'
import { embeddingNames, idleNames, inModuleOrder, isInside, moduleOf, savedNames } from './parameter-names.js'
import { layerLists } from './program/layer-lists.js'
import type { Sharding } from './sharding/sharding.js'
import { ALONE, EXPERTS as EXPERTS_GROUP, ROOT } from './sharding/sharding-groups.js'
import type { Leaf, Node, Tape, Tensor } from './tape.js'
import type { Wanted, WeightOptions } from './weight-options.js'
import { isPart, isWideIn, keptModules } from './wide-parameters.js'

/** The allocated parameters of a model, by name. Tied parameters are one tensor with two names. */
export class Weights {
  /** The parameters that the optimizer updates, in the order of `model.parameters()`. */
  readonly leaves: Leaf[] = []
  /** Bytes of the gradients of all parameters that could be trained, also of those that no gradient reaches. */
  trainableBytes = 0
  /** Parameter tensors, including adapters. */
  readonly tensors: Tensor[] = []
  readonly #byName = new Map<string, Tensor>()
  readonly #shapes = new WeakMap<Tensor, Shape>()
  readonly #adapters: ReadonlyMap<string, Adapter>
  /** The parameters with an adapter of their own, by the name of their module. */
  readonly #targets: ReadonlyMap<string, readonly TargetedParameter[]>
  /** Their names, and what they are while their module runs. */
  readonly #targeted = new Map<string, (() => Tensor) | undefined>()
  /** What takes the place of parameters while their module runs. */
  readonly #replaced = new Map<string, Tensor>()
  /** The packed parameters that are unpacked while their module runs. */
  readonly #stacked = new StackedExperts()
  /** The frozen originals of copied modules. */
  readonly #originals = new Map<string, Tensor>()
  #isPlain = false
  readonly #ledger: MemoryLedger
  readonly #sharding: Sharding | undefined
  readonly #division: Division | undefined
  readonly #omitted: ReadonlyMap<string, number>
  readonly #nameOf = new Map<Leaf, string>()
  /** Whether a parameter of a layer is allocated yet. */
  #hasLayers = false
  /** Whether modules outside layers are behind them. */
  readonly #places = new Map<string, boolean>()
  /** The prefixes of the names of modules that nothing passes through. */
  readonly #idle: readonly string[]
  /** The prefixes of the names of all parameters in layers: `model.layers.`. */
  readonly #listPrefixes: readonly string[]
  readonly #widened = new Set<Tensor>()
  /** The names of the tables of embeddings. */
  readonly #embeddings: ReadonlySet<string>

  constructor(architecture: Architecture, ledger: MemoryLedger, options: WeightOptions) {
    this.#ledger = ledger
    this.#embeddings = embeddingNames(architecture)
    this.#sharding = options.sharding
    this.#division = options.division
    this.#omitted = options.omitted ?? new Map()
    this.#listPrefixes = layerLists(architecture).map((name) => `${name}.`)
    const withoutInput = idleNames(architecture, options.senses ?? [])
    this.#idle = options.idleTowers ? withoutInput : []
    const packed = new Set(packedModules(architecture, options.storage, options.hasOnlyLayers))
    const saved = savedNames(architecture, options.adapters)
    const { mixture } = architecture.forward?.feedForward ?? {}
    const { untrainedParameters = [] } = mixture ?? {}
    const reached = (options.senses ?? []).flatMap(({ ownExperts = [] }) => ownExperts)
    const unread = (architecture.forward?.untrainedParameters ?? []).filter((name) => !reached.includes(name))
    const untrained = [...untrainedParameters, ...unread, ...(architecture.program?.untrained ?? [])]
    const isAmong = (ends: readonly string[], name: string): boolean => ends.some((end) => name.endsWith(end))
    const isWideAlways = isWideIn(architecture)
    const kept = keptModules(architecture)
    for (const name of packed) if (kept.some((one) => isPart(one, name))) packed.delete(name)
    const isWide = (name: string): boolean =>
      (options.dtype === 'float16' && kept.some((one) => isPart(one, name))) || isWideAlways(name)
    // A bias of a layer in 8 bits has the dtype of what the layer gets (`Linear8bitLt.forward`), which autocast may narrow.
    const isInt8 = options.storage === 'int8' && !options.autocast
    // What is packed is unpacked in the dtype of the model, where the code of the model has it in float32 too.
    const dtypeOf = (name: string, isPacked: boolean): ComputeDtype =>
      isPacked && !(isInt8 && name.endsWith('.bias'))
        ? options.dtype
        : isWide(name)
          ? 'float32'
          : (options.restDtype ?? options.dtype)
    const isReplaced = (name: string): boolean => !options.readsOriginals && isInside(name, saved)
    const shared = new Set([...ties(architecture)].flatMap(({ name, to }) => (isReplaced(name) ? [] : [to])))
    const isUnused = (name: string): boolean =>
      withoutInput.some((prefix) => name.startsWith(prefix)) || (isReplaced(name) && !shared.has(name))
    const shapes = new Map<string, Shape>()
    for (const { name, shape } of parameters(architecture)) {
      const module = moduleOf(name)
      const isOfExperts = options.packsExperts === true && isStacked(name, shape)
      const isPacked = packed.has(module) || isOfExperts
      const storage = isOfExperts || (isPacked && name.endsWith('.weight')) ? options.storage : undefined
      // bitsandbytes casts the bias of a packed layer when it runs (`Linear4bit.forward`).
      const dtype = dtypeOf(name, isPacked)
      const isBias = name.endsWith('.bias') && options.adapters.trainsBias(module)
      const copied = isInside(name, saved)
      const isTrained = options.trained && (options.trains?.(name) ?? true)
      const isWanted = isTrained || (isBias && !copied)
      const trained = isWanted && !isAmong(untrained, name)
      shapes.set(name, shape)
      this.#byName.set(
        name,
        this.#parameter({
          name,
          shape,
          dtype,
          trained,
          storage,
          isIdle: isWanted,
          isUnread: isAmong(unread, name),
          isUnused: isUnused(name),
        }),
      )
      if (isOfExperts) this.#stacked.add(name)
    }
    for (const { name, to } of ties(architecture)) {
      const target = this.#byName.get(to)
      const shape = shapes.get(to)
      if (target) this.#byName.set(name, target)
      if (shape) shapes.set(name, shape)
    }
    // PEFT copies a saved module (`ModulesToSaveWrapper`). The original stays, frozen and unused; a copy is not tied.
    for (const [name, shape] of shapes) {
      if (!isInside(name, saved)) continue
      const dtype = dtypeOf(name, false)
      const original = this.#byName.get(name)
      if (original) this.#originals.set(name, original)
      this.#byName.set(name, this.#parameter({ name, shape, dtype, trained: true, isAdapter: true }))
    }
    this.#adapters = adapterWeights(architecture, options, {
      parameter: (wanted) => {
        // No gradient reaches an adapter where none reaches its weight.
        const isUnread = isAmong(unread, `${wanted.name}.weight`)
        const isUnreached =
          isAmong(untrained, `${wanted.name}.weight`) || isAmong(options.bypassed ?? [], `.${wanted.name}`)
        return this.#parameter(isUnreached ? { ...wanted, trained: false, isIdle: true, isUnread } : wanted)
      },
      buffer: (elements, dtype) => this.addBuffer(elements, dtype),
    })
    const ofParameter = (name: string): OfParameter => {
      const parameter = this.stored(name) ?? this.get(name)
      if (parameter.storedAs || isInside(name, saved)) throw new RangeError(cannotAdapt(name, parameter.storedAs))
      const isUnreached = isAmong(untrained, name)
      return {
        parameter,
        trained: (shape, isSecond) =>
          this.#parameter({
            name,
            shape,
            isSecond,
            isTarget: true,
            dtype: options.adapterDtype,
            trained: !isUnreached,
            isAdapter: true,
            isIdle: true,
          }),
      }
    }
    this.#targets = targetedParameters(shapes, options, ofParameter)
    for (const { name } of [...this.#targets.values()].flat()) this.#targeted.set(name, undefined)
    this.leaves.sort(inModuleOrder(architecture, this.#nameOf))
  }

  /** Whether the adapters have singular values, whose matrices the loss keeps orthogonal. */
  get isAdaLora(): boolean {
    return !this.#isPlain && [...this.#adapters.values()].some(({ kind }) => kind === 'adalora')
  }

  /** The parameters that the optimizer updates, with those of layers that are left out behind others. */
  leavesWith(leftOut: LeftOut): readonly Leaf[] {
    const layers = new Map<string, Leaf[]>()
    for (const leaf of this.leaves) {
      const layer = this.#groupOf(this.#nameOf.get(leaf) ?? '')
      layers.set(layer, [...(layers.get(layer) ?? []), leaf])
    }
    const ends = new Map([...layers].map(([layer, leaves]) => [leaves.at(-1), layer]))
    return this.leaves.flatMap((leaf) => {
      const behind = leftOut.get(ends.get(leaf) ?? '') ?? []
      return [leaf, ...behind.flatMap((like) => layers.get(like) ?? [])]
    })
  }

  /** Every adapter, by the name of its module. */
  get adapters(): ReadonlyMap<string, Adapter> {
    return this.#adapters
  }

  /** Whether anything whose name begins so is trained. */
  trainsBelow(prefix: string): boolean {
    const isTrained = ([name, { grad }]: readonly [string, Tensor]): boolean =>
      grad !== undefined && name.startsWith(prefix)
    return [...this.#byName].some(isTrained) || [...this.#adapters.keys()].some((name) => name.startsWith(prefix))
  }

  /**
   * A trained parameter that belongs to no module of the model.
   *
   * @param unit - what FSDP1 gathers it with, as PEFT wraps it
   */
  addTrained(shape: Shape, dtype: ComputeDtype, unit: string): Tensor {
    return this.#parameter({ name: '', shape, dtype, trained: true, isAdapter: true, unit })
  }

  /** A buffer that belongs to no module of the model. */
  addBuffer(elements: number, dtype: ComputeDtype): Tensor {
    return { elements, dtype, storage: this.#ledger.allocate(elements * DTYPE_BYTES[dtype], 'buffers') }
  }

  /** Runs with the model as it was before adapters: PEFT's `disable_adapter`. */
  withoutAdapters(run: () => void): void {
    this.#isPlain = true
    run()
    this.#isPlain = false
  }

  /** The parameter with a name. */
  get(name: string): Tensor {
    const found = this.find(name)
    if (found) return found
    throw new Error(`the forward pass needs ${name}, which the architecture does not have`)
  }

  find(name: string): Tensor | undefined {
    const replaced = this.#replaced.get(name)
    if (replaced) return replaced
    if (!this.#isPlain && this.#targeted.has(name)) return this.#sum(name)
    const unpacked = this.#stacked.unpacked(name)
    if (unpacked) {
      this.#shapes.set(unpacked, this.shapeNamed(name))
      return unpacked
    }
    return (this.#isPlain ? this.#originals.get(name) : undefined) ?? this.#byName.get(name)
  }

  /** The product with the first matrix of an adapter, which may be gathered for it alone. Frees what it gets. */
  besideAlone(tape: Tape, matrix: Tensor, product: Tensor): Tensor {
    const sharding = this.#sharding
    if (!sharding?.isFirstAlone(matrix)) return product
    const marked = tape.marker(product, () => sharding.beforeFirstAlone())
    tape.free(product)
    return marked
  }

  /** A parameter with the update of its adapter. */
  #sum(name: string): Tensor {
    const parameter = this.#byName.get(name)
    const sum = this.#targeted.get(name)?.()
    if (!parameter || !sum)
      throw new RangeError(
        `an adapter on ${name} can be counted with countLoraParameters, but not estimated: no model for what the forward pass does with the updated tensor. Leave it out to estimate the rest`,
      )
    this.#shapes.set(sum, this.shapeOf(parameter))
    return sum
  }

  /** The parameters of a module that have an adapter of their own. */
  targetsOf(module: string): readonly TargetedParameter[] {
    return (this.#isPlain ? undefined : this.#targets.get(module)) ?? NO_TARGETS
  }

  /** The packed parameters of a module that is about to run, and what they are while it does. */
  get stacked(): StackedExperts {
    return this.#stacked
  }

  /** The parameter with a name as it is stored. */
  stored(name: string): Tensor | undefined {
    return this.#byName.get(name)
  }

  /** What a parameter with an adapter is from now on. */
  bind(name: string, sum: () => Tensor): void {
    this.#targeted.set(name, sum)
  }

  /** Its module has returned. */
  unbind(name: string): void {
    this.#targeted.set(name, undefined)
  }

  /** Runs with a view of each parameter of a module in its place. The gradients wait until backward comes back to the views. */
  withViews<Result>(tape: Tape, module: string, run: () => Result): Result {
    for (const [name, parameter] of this.#byName) {
      if (moduleOf(name) !== module) continue
      const view = tape.marker(parameter, () => {})
      this.#shapes.set(view, this.shapeOf(parameter))
      this.#replaced.set(name, view)
    }
    const views = [...this.#replaced.values()]
    try {
      const result = run()
      tape.free(...views)
      return result
    } finally {
      // A second run may stop before its end, which frees the views.
      this.#replaced.clear()
    }
  }

  /** The shape of the parameter with a name. */
  shapeNamed(name: string): Shape {
    const parameter = this.#byName.get(name)
    return (parameter && this.#shapes.get(parameter)) ?? []
  }

  /** The shape of a parameter. */
  shapeOf(parameter: Tensor): Shape {
    return this.#shapes.get(parameter) ?? [parameter.elements]
  }

  /** The shape of a three-dimensional parameter. */
  shape(parameter: Tensor): readonly [number, number, number] {
    const [first = 1, second = 1, third = 1] = this.#shapes.get(parameter) ?? []
    return [first, second, third]
  }

  adapter(module: string): Adapter | undefined {
    return this.#isPlain ? undefined : this.#adapters.get(module)
  }

  /** The decoder layer that a parameter is gathered with. */
  #groupOf(name: string): string {
    const prefix = this.#listPrefixes.find((one) => name.startsWith(one))
    const end = prefix === undefined ? -1 : name.indexOf('.', prefix.length)
    return end > 0 ? name.slice(0, end) : ROOT
  }

  /** Whether a parameter outside layers is of a module behind them. Adapters and copies come after all parameters, and have the place of their module. */
  #isBehindLayers(name: string, layer: string): boolean {
    if (layer !== ROOT) this.#hasLayers = true
    const module = moduleOf(name)
    const place = this.#places.get(name) ?? this.#places.get(module)
    if (place === undefined) this.#places.set(module, this.#hasLayers)
    return place ?? this.#hasLayers
  }

  /** How many experts like that of a parameter are not replayed in its layer. */
  #expertsLike(name: string): number {
    const list = this.#omitted.size === 0 ? -1 : name.indexOf(EXPERTS)
    if (list < 0) return 0
    const end = name.indexOf('.', list + EXPERTS.length)
    return this.#omitted.get(end < 0 ? name : name.slice(0, end)) ?? 0
  }

  /**
   * The bias of a layer in 8 bits in the dtype of what the layer reads. bitsandbytes replaces the parameter for good where that is wider
   * (`Linear8bitLt.forward`), as behind the norms of an encoder under autocast.
   */
  widened(bias: Tensor, dtype: ComputeDtype): Tensor {
    const more = DTYPE_BYTES[dtype] - DTYPE_BYTES[bias.dtype]
    if (more <= 0) return bias
    if (!this.#widened.has(bias)) {
      this.#widened.add(bias)
      this.#ledger.allocateFromStart(bias.elements * more * (1 + (bias.alike ?? 0)), 'parameters')
    }
    return { ...bias, dtype }
  }

  #parameter(wanted: Wanted): Tensor {
    const {
      name,
      shape,
      dtype,
      trained,
      storage,
      isAdapter = false,
      isTarget = false,
      isSecond = false,
      isIdle = trained,
      isUnread = false,
      isUnused = false,
      unit,
    } = wanted
    const elements = shape.reduce((product, size) => product * size, 1)
    const rules = this.#sharding?.rules
    // PEFT's `fsdp_auto_wrap_policy` wraps each matrix of an adapter on its own: it is gathered for its own product only.
    const isFlat = rules?.isFlat ?? false
    const isAlone = isAdapter && isFlat && unit === undefined
    const isSharded = !isAlone && (rules?.sharesGradients ?? false)
    const layer = this.#groupOf(name)
    // Experts that ranks divide are a group within their layer.
    const isBehind = this.#isBehindLayers(name, layer)
    const isOfExperts = rules?.experts !== undefined && layer !== ROOT && moduleOf(name).endsWith(EXPERTS_GROUP)
    const group = isOfExperts ? moduleOf(name) : layer
    const inLayer = 1 + this.#expertsLike(name)
    const layers = 1 + (this.#omitted.get(layer) ?? 0)
    const alike = layers * inLayer - 1
    const leaf: Leaf | undefined =
      // An adapter has the name of its module, which may be a whole tower.
      trained && !this.#idle.some((prefix) => `${name}.`.startsWith(prefix))
        ? {
            kind: 'leaf',
            shape,
            elements,
            dtype,
            expected: 0,
            isSharded,
            ...(isAlone && rules && { sharedBy: rules.ranks }),
            alike,
            inLayer,
            isSecond,
            isHidden: group !== ROOT,
            isEmbedding: !isTarget && this.#embeddings.has(name),
            ...(isOfExperts && { isDivided: true, ranks: rules.experts.ranks }),
            ...(this.#division && {
              isDivided: isDivided(this.#division, { name, isAdapter, isSecond }),
              isSummed: isSummed(this.#division, name),
            }),
          }
        : undefined
    if (trained || isIdle) this.trainableBytes += elements * DTYPE_BYTES[dtype] * (1 + alike)
    const width = storage ? storedBytes(storage, elements, shape) / elements : DTYPE_BYTES[dtype]
    const sharedWidth = storage ? packedWidth(storage) : width
    const bytes =
      this.#sharding?.add(
        isAlone ? ALONE : isFlat && unit !== undefined ? unit : group,
        { shape, width, sharedWidth, inLayer, layers, isBehind, isUnused },
        leaf,
      ) ?? elements * width
    const storageOfTensor = this.#ledger.allocate(Math.ceil(bytes), 'parameters')
    if (alike > 0) this.#ledger.allocate(Math.ceil(bytes) * alike, 'parameters')
    if (leaf) {
      this.leaves.push(leaf)
      this.#nameOf.set(leaf, name)
    }
    const compute = this.#sharding?.rules.computeDtype
    const tensor: Tensor = {
      elements,
      dtype: compute && !storage && dtype === 'float32' ? compute : dtype,
      storage: storageOfTensor,
      alike,
      ...(leaf && { grad: leaf }),
      ...(isIdle && !leaf && { isIdle: true }),
      ...(isIdle && !leaf && isUnread && { grad: UNREACHED }),
      ...(storage && { storedAs: storage }),
    }
    this.tensors.push(tensor)
    this.#shapes.set(tensor, shape)
    return tensor
  }
}

/** Stands for the gradient of a parameter that autograd records and nothing reaches. */
const UNREACHED: Node = { kind: 'node', inputs: [], saved: [], backward: () => [], frame: undefined }

const EXPERTS = '.experts.'

/** What PEFT cannot wrap: bits that are packed, and what it copies. */
function cannotAdapt(name: string, storage: PackedStorage | undefined): string {
  return storage
    ? `PEFT cannot adapt ${name} as a parameter, since it is packed (${storage}): name its layer, or layers other than experts, in \`targetModules\``
    : `an adapter on ${name}, which is in a module of \`modulesToSave\`, cannot be estimated: leave one of them out`
}

const NO_TARGETS: readonly TargetedParameter[] = []
