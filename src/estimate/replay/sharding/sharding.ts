import { DTYPE_BYTES } from '../dtype.js'
import { change, emptyParts, type MemoryLedger, type PartBytes, type Storage } from '../memory-ledger.js'
import type { Leaf, Tensor } from '../tape.js'
import { ALONE, EXPERTS, type Group, type OwnedLeaf, ROOT, type ShardedParameter } from './sharding-groups.js'
import type { ShardingRules } from './sharding-rules.js'

/**
 * One rank of a group that shares parameters: FSDP2 (`fully_shard` on every decoder layer and on the root), FSDP1 or ZeRO-3
 * (Rajbhandari et al. 2019, arXiv:1910.02054). It owns its share of each parameter, gradient and state, and has unsharded
 * parameters only while they are used. The order of buffers is that of torch's `_fsdp_param_group.py`, and for FSDP1 that of
 * `_flat_param.py` and `_runtime_utils.py`.
 */
export class Sharding {
  readonly rules: ShardingRules
  readonly #ledger: MemoryLedger
  readonly #groups = new Map<string, Group>()
  /** The gathered buffer that forward holds until the next layer has gathered its own. */
  #held: Storage | undefined
  /** The input of the last reduce-scatter, held until the next one. */
  #reducing: Storage | undefined
  readonly #kept: Storage[] = []
  /** Whether parameters are gathered one by one beside the groups. */
  #hasAlone = false
  /** The first of these in each layer. Backward comes to it last, and then has the layer before gathered (`BACKWARD_PRE`). */
  readonly #firstAlone = new Set<Tensor>()
  #seeksFirst = false
  /** Whether the next forward pass leaves parameters gathered whatever the rules say. */
  staysGathered = false
  /** What is gathered on its own and runs last ahead of the layers. */
  aheadOfLayers: string | undefined
  /** Whether this micro-batch reduces gradients. If not, they stay whole (`no_sync`, `set_requires_gradient_sync`). */
  isReducing = true
  /** A frozen layer whose backward is done, and which is freed after the one before it has begun. */
  #frozen: string | undefined
  /** The layer before the one that runs backward. */
  #before: Group | undefined
  /** The layer whose forward pass was done last, and the experts that ran since. */
  #lastLayer: string | undefined
  #lastExperts: string | undefined
  readonly #keptByOmitted: { readonly parts: PartBytes; readonly times: number }[] = []

  constructor(ledger: MemoryLedger, rules: ShardingRules) {
    this.#ledger = ledger
    this.rules = rules
  }

  /**
   * Adds a parameter to a group, and returns the bytes of the rank's share. Parameters are split along the first dimension, or flat.
   *
   * @param width - bytes of a stored element, of which `sharedWidth` are shared: the scales of a packed weight are not
   */
  add(name: string, parameter: ShardedParameter, leaf: Leaf | undefined): number {
    const { sharesParameters, computeDtype, offloads, isFlat } = this.rules
    const { shape, width, sharedWidth } = parameter
    const [inLayer, layers] = this.rules.isOneGroup
      ? [parameter.inLayer * parameter.layers, 1]
      : [parameter.inLayer, parameter.layers]
    if (name === ALONE) this.#hasAlone = true
    const group = this.#group(name)
    const { ranks } = group
    group.layers = layers
    const whole = shape.reduce((product, size) => product * size, 1)
    const [rows = 1] = shape
    // FSDP1 cuts the flat parameter of a layer, regardless of rows.
    const elements = isFlat ? whole / ranks : (Math.ceil(rows / ranks) * whole) / rows
    const isCast = computeDtype !== undefined && sharedWidth === width && width === DTYPE_BYTES.float32
    const gathered = isCast ? DTYPE_BYTES[computeDtype] : sharedWidth
    const shard = Math.ceil(elements * gathered)
    group.gatheredBytes += shard * ranks * inLayer
    if (isCast) group.castBytes += shard * inLayer
    group.parameters.push({ bytes: shard * inLayer, castBytes: isCast ? shard * inLayer : 0 })
    if (leaf) group.leaves.push({ leaf, padded: elements * ranks * inLayer, width: gathered })
    if (!sharesParameters) return whole * width
    return (offloads ? 0 : Math.ceil(elements * sharedWidth)) + whole * (width - sharedWidth)
  }

  /** Before a group runs: gathers its buffer while the previous one is still held, then copies it out. */
  beforeForward(name: string): void {
    if (!this.rules.sharesParameters) return
    const group = this.#group(name)
    if (name === ROOT) {
      this.#lastLayer = undefined
      this.#lastExperts = undefined
    }
    if (!this.rules.copiesOut) {
      this.#seeksFirst = this.#hasAlone && name !== ROOT
      group.whole ??= this.#gathered(group)
      return
    }
    if (group.whole) return
    // A layer that runs again in backward finds what was gathered ahead.
    const gather = group.gather ?? this.#gather(group)
    delete group.gather
    if (this.#held) this.#ledger.release(this.#held)
    this.#held = gather
    group.whole = gather ? this.#allocate(group.gatheredBytes, 'all_gather_copy_out') : this.#copied(group)
  }

  /** Gathers all parameters: forward passes of other micro-batches have run. */
  gatherAll(): void {
    for (const group of this.#groups.values()) {
      group.whole ??= this.#ledger.allocate(group.gatheredBytes, 'parameters')
      this.#ledger.shift({ ...emptyParts(), parameters: group.gatheredBytes }, group.layers - 1)
    }
  }

  /** Gathers all parameters for code that runs without hooks, where the strategy needs that. The caller releases them. */
  gatherWhole(): Storage | undefined {
    return undefined
  }

  /** Whether a matrix is the first of its layer that is gathered alone. It is asked in the order of the forward pass, and again when that is repeated. */
  isFirstAlone(matrix: Tensor): boolean {
    if (this.#seeksFirst) this.#firstAlone.add(matrix)
    this.#seeksFirst = false
    return this.#firstAlone.has(matrix)
  }

  /** Before the backward of such a matrix. */
  beforeFirstAlone(): void {
    if (this.#before) this.#before.whole ??= this.#gathered(this.#before)
  }

  /** After a layer: frees its unsharded parameters. The root keeps its own. Experts on ranks of their own are freed whatever the rules say. */
  afterForward(name: string): void {
    this.#seeksFirst = false
    if (this.rules.isOneGroup) return
    const group = this.#group(name)
    if (group.isOfExperts) this.#lastExperts = name
    else {
      this.#lastLayer = name
      this.#lastExperts = undefined
    }
    if (group.isOfExperts || (this.rules.reshards && !this.staysGathered)) this.#reshard(group)
  }

  /** What backward comes to before a group whose forward pass is about to end: its experts on ranks of their own. */
  get lastExperts(): string | undefined {
    return this.#lastExperts
  }

  /** The layer before experts whose forward pass is about to end. */
  get lastLayer(): string | undefined {
    return this.#lastLayer
  }

  /** After experts that run again in backward: they are the root of that pass, which frees the last gathered buffer (`_post_forward` in `_fsdp_state.py`). */
  afterAgain(): void {
    if (this.#held) this.#ledger.release(this.#held)
    this.#held = undefined
  }

  /** A frozen weight that backward does not come to was used. */
  dropIdle(_weight: Tensor): void {}

  /** Before the head of the root, which uses its parameters last. */
  beforeHead(): void {}

  /** After the root: frees the last gathered buffer. */
  endForward(): void {
    this.afterAgain()
    if (this.#freesRoot && !this.staysGathered) this.#reshard(this.#group(ROOT))
  }

  /** Whether the root is freed between forward and backward too: who asks for it in a pipeline asks for all groups. */
  get #freesRoot(): boolean {
    const { defers = false, isOneGroup = false, reshards } = this.rules
    return (defers || isOneGroup) && reshards
  }

  /** Before a group's backward: gathers its parameters, and prefetches those of the next group. */
  beforeBackward(own: string | undefined, next: string | undefined): void {
    if (!this.rules.sharesParameters) return
    const name = own ?? (this.#freesRoot ? ROOT : undefined)
    const ahead = next === undefined ? undefined : this.#group(next)
    if (!this.rules.copiesOut) {
      if (name !== undefined) this.#group(name).whole ??= this.#gathered(this.#group(name))
      // What comes next after a layer are the matrices of its own adapters.
      const isNext = name === undefined || !this.#hasAlone
      this.#before = isNext ? undefined : ahead
      if (ahead && isNext) ahead.whole ??= this.#gathered(ahead)
      this.#freeFrozen()
      return
    }
    if (name !== undefined) {
      const group = this.#group(name)
      if (!group.whole) {
        const gather = group.gather ?? this.#gather(group)
        if (gather) group.gather = gather
        group.whole = gather ? this.#allocate(group.gatheredBytes, 'all_gather_copy_out') : this.#copied(group)
      }
      if (group.gather) this.#ledger.release(group.gather)
      delete group.gather
    }
    if (!ahead || ahead.whole || ahead.gather) return
    const gather = this.#gather(ahead)
    if (gather) ahead.gather = gather
  }

  /** After a group's backward: frees its unsharded parameters, and reduces its gradients to the rank's share. */
  afterBackward(name: string): void {
    if (this.rules.defers) return
    if (this.rules.isFlat && !this.#hasAlone && name !== ROOT && this.#group(name).leaves.length === 0) {
      this.#freeFrozen()
      this.#frozen = name
    } else this.#reduceOrKeep(name)
  }

  #reduceOrKeep(name: string): void {
    if (this.isReducing) this.#reduce(name)
    else this.#keepWhole(name)
  }

  /**
   * FSDP1 frees a frozen layer in a hook of its input, behind that of the layer which made it: this one has the next gathered first
   * (`_register_pre_backward_hooks` and `_register_post_backward_reshard_only_hook` in `_runtime_utils.py`).
   */
  #freeFrozen(): void {
    const name = this.#frozen
    this.#frozen = undefined
    if (name !== undefined) this.#reduceOrKeep(name)
  }

  /**
   * Keeps a whole gradient until all micro-batches are done. The first one is cast to the dtype that it is reduced in, and others are added to it in
   * place (`_set_unsharded_grad_dtypes` in `_fsdp_param_group.py`).
   */
  accumulate(leaf: Leaf, gradient: Storage): void {
    if (leaf.unreduced) {
      this.#ledger.release(gradient)
      return
    }
    const { computeDtype, reduceDtype } = this.rules
    const width = DTYPE_BYTES[(leaf.dtype === 'float32' ? computeDtype : undefined) ?? leaf.dtype]
    const times = reduceDtype && !leaf.arrivesWide ? DTYPE_BYTES[reduceDtype] / width : 1
    if (times <= 1) {
      leaf.unreduced = gradient
      this.#ledger.rebook(gradient, 'gradients')
      this.#ledger.ownByLayer(gradient)
      return
    }
    leaf.unreduced = this.#ledger.allocate(gradient.bytes * times, 'gradients')
    this.#ledger.ownByLayer(leaf.unreduced)
    this.#ledger.observe('_to_copy')
    this.#ledger.release(gradient)
  }

  /** After backward of a group whose gradients are not reduced yet. A flat gradient is added to that of the micro-batch before. */
  #keepWhole(name: string): void {
    const group = this.#group(name)
    const { isFlat, reshards } = this.rules
    const flat = isFlat ? this.#flatten(unreducedOf(group)) : undefined
    // `_should_free_in_backward` in `_runtime_utils.py`.
    if (!isFlat || reshards) this.#reshard(group)
    if (!flat) return
    if (group.flat) this.#ledger.release(flat)
    else {
      this.#ledger.rebook(flat, 'gradients')
      this.#ledger.ownByLayer(flat)
      group.flat = flat
    }
  }

  #reduce(name: string): void {
    const group = this.#group(name)
    const fresh = unreducedOf(group)
    const fresher = this.rules.isFlat ? this.#flatten(fresh) : undefined
    const flat = group.flat ?? fresher
    this.#reshard(group)
    if (fresh.length === 0) return
    if (this.#reducing) this.#ledger.release(this.#reducing)
    const { ranks } = group
    const { reduceDtype, offloads, holdsReduced } = this.rules
    const reduced = (width: number): number => Math.max(width, reduceDtype ? DTYPE_BYTES[reduceDtype] : 0)
    for (const owned of fresh) this.#cut(owned)
    const bytes = fresh.reduce((sum, { padded, width }) => sum + padded * reduced(width), 0)
    // A flat gradient is reduced as it is, unless its dtype differs.
    const isAsItIs = this.rules.isFlat && fresh.every(({ width }) => reduced(width) === width)
    this.#reducing = isAsItIs ? undefined : this.#allocate(bytes, 'reduce_scatter')
    const inOwnDtype = fresh.reduce((sum, { padded, leaf }) => sum + (padded / ranks) * DTYPE_BYTES[leaf.dtype], 0)
    const share = this.#ledger.allocate(bytes / ranks, inOwnDtype === bytes / ranks ? 'gradients' : 'temporary')
    // The flat gradient exists until it is reduced.
    if (this.rules.isFlat) this.#ledger.observe('reduce_scatter')
    for (const { leaf } of fresh) this.#dropUnreduced(leaf)
    // One rank alone has nothing to sum up: it divides a copy by the ranks that have other tokens (`foreach_reduce` in `_fsdp_collectives.py`).
    this.#ledger.observe('reduce_scatter', ranks === 1 ? bytes : 0)
    const [first] = fresh
    const isDropped = offloads || first?.leaf.gradient !== undefined
    if (holdsReduced && (isDropped || inOwnDtype !== bytes / ranks)) this.#hold(share, group)
    let gradient = share
    if (inOwnDtype !== bytes / ranks) {
      gradient = this.#ledger.allocate(inOwnDtype, 'gradients')
      this.#ledger.observe('_to_copy')
      this.#ledger.release(share)
    }
    // FSDP1 drops it when it is reduced.
    if (this.rules.isFlat && this.#reducing) {
      this.#ledger.release(this.#reducing)
      this.#reducing = undefined
    }
    if (isDropped) this.#ledger.release(gradient)
    else for (const { leaf } of fresh) leaf.gradient = gradient
    // These live until the hook of the parameter ends (`autograd_computed_grad` in `_post_backward_hook`).
    if (flat) this.#ledger.release(flat)
    if (group.flat && fresher) this.#ledger.release(fresher)
    delete group.flat
  }

  /**
   * FSDP1 hooks the inputs of frozen layers, to know when their parameters can be freed. With reentrant checkpointing these inputs
   * are leaves, so that the hooks keep each input and its gradient until backward ends (`_register_post_backward_reshard_only_hook`
   * in `_runtime_utils.py`, `register_multi_grad_hook` in `graph.py`).
   */
  keepInput(input: Tensor): void {
    if (this.rules.keepsInputs) this.#kept.push(this.#ledger.retain(input.storage))
  }

  /**
   * Keeps the gradient of a layer's input: see `keepInput`.
   *
   * @param times - identical layers that are not replayed
   */
  keepGradient(input: Tensor, gradient: Storage, times: number): void {
    if (!this.rules.keepsInputs) return
    this.#kept.push(this.#ledger.retain(gradient))
    const parts = emptyParts()
    parts[input.storage.part] += input.storage.bytes
    parts[gradient.part] += gradient.bytes
    if (times > 0) this.#keptByOmitted.push({ parts, times })
  }

  /** Keeps what is reduced until backward ends, that of identical layers too. */
  #hold(share: Storage, { layers }: Group): void {
    this.#kept.push(this.#ledger.retain(share))
    const parts = emptyParts()
    parts[share.part] = share.bytes
    if (layers > 1) this.#keptByOmitted.push({ parts, times: layers - 1 })
  }

  /**
   * At the end of backward: reduces the gradients of the root, and of layers whose inputs have no gradient.
   *
   * @param isLast - whether no other micro-batch follows
   */
  endBackward(isLast = true): void {
    if (this.rules.defers && !isLast) return
    if (this.rules.defers) this.#reduceAll()
    else for (const name of this.#groups.keys()) this.afterBackward(name)
    this.#freeFrozen()
    if (this.#reducing) this.#ledger.release(this.#reducing)
    this.#reducing = undefined
    for (const storage of this.#kept.splice(0)) this.#ledger.release(storage)
    for (const { parts, times } of this.#keptByOmitted.splice(0)) this.#ledger.shift(parts, -times)
  }

  /** Before and after the step of the optimizer. */
  beforeStep(): void {}

  afterStep(): void {}

  /** Called when the gradients of a micro-batch are reduced. */
  endReduction(): void {}

  /** Called at each mark of its own, once backward is known: see `MemoryLedger.revisit`. */
  revisited(_mark: number): void {}

  /** Reduces the gradients of all layers, the last one first (`finalize_backward` in `_fsdp_state.py`). */
  #reduceAll(): void {
    const names = [...this.#groups.keys()].filter((name) => name !== ROOT)
    for (const name of [...names.reverse(), ROOT]) {
      const group = this.#group(name)
      if (this.#reducing) this.#ledger.release(this.#reducing)
      this.#reducing = undefined
      const before = { ...this.#ledger.now }
      this.#reduce(name)
      const made = change(before, this.#ledger.now)
      // What is being reduced is gone when the next layer's gradients are.
      made.temporary -= this.#reducingBytes
      this.#ledger.shift(made, group.layers - 1)
    }
  }

  get #reducingBytes(): number {
    return this.#reducing?.bytes ?? 0
  }

  /** The gradients of a flat parameter, concatenated; absent if there is only one. */
  #flatten(fresh: readonly OwnedLeaf[]): Storage | undefined {
    if (fresh.length === 0 || (fresh.length === 1 && fresh[0]?.leaf.inLayer === 1)) return undefined
    const flat = this.#allocate(
      fresh.reduce((sum, { padded, width }) => sum + padded * width, 0),
      'cat',
    )
    for (const { leaf } of fresh) this.#dropUnreduced(leaf)
    return flat
  }

  /** Of a gradient that tensor-parallel ranks have whole, the part of the rank is copied before it is reduced. */
  #cut({ leaf, width }: OwnedLeaf): void {
    const { unreduced, elements } = leaf
    const { reducesLast, reduceDtype } = this.rules
    const bytes = elements * (reducesLast && reduceDtype ? Math.max(DTYPE_BYTES[reduceDtype], width) : width)
    if (!unreduced || !leaf.isDivided || leaf.isSummed || unreduced.bytes <= bytes) return
    leaf.unreduced = this.#allocate(bytes, 'clone')
    this.#ledger.release(unreduced)
  }

  /** Frees an unsharded gradient, and those of parameters like it in the layer. */
  #dropUnreduced(leaf: Leaf): void {
    const { unreduced, inLayer = 1 } = leaf
    if (!unreduced) return
    const parts = emptyParts()
    parts[unreduced.part] = unreduced.bytes
    this.#ledger.release(unreduced)
    if (inLayer > 1) this.#ledger.shift(parts, 1 - inLayer)
    delete leaf.unreduced
  }

  /** Gathers a group in a buffer; absent if one rank has all of it. */
  #gather(group: Group): Storage | undefined {
    if (group.ranks === 1) return undefined
    return this.#cast(group, () => this.#allocate(group.gatheredBytes, 'all_gather'))
  }

  /** Copies a group that one rank has all of, one parameter after another: the one before has a name until the next is cast (`wait_for_unshard`). */
  #copied({ gatheredBytes, parameters }: Group): Storage {
    let [copied, before] = [0, 0]
    for (const { bytes, castBytes } of parameters) {
      this.#ledger.observe('_to_copy', copied + before + castBytes)
      copied += bytes
      this.#ledger.observe('copy_', copied + castBytes)
      before = castBytes
    }
    return this.#ledger.allocate(gatheredBytes, 'parameters')
  }

  /**
   * FSDP1 copies a shard from the CPU, and has the copy as long as what it gathers, unless that has another dtype (`pre_unshard` and `post_reshard` in
   * `_flat_param.py`). A GPU had none of frozen layers.
   */
  #fetchedShard({ gatheredBytes, castBytes, ranks, leaves }: Group): number {
    const { offloads, isFlat } = this.rules
    return offloads && isFlat && castBytes === 0 && leaves.length > 0 ? gatheredBytes / ranks : 0
  }

  #gathered(group: Group): Storage {
    return this.#cast(group, () =>
      this.#allocate(group.gatheredBytes + this.#fetchedShard(group), 'all_gather_copy_out'),
    )
  }

  /** Gathers while the copy of the shard in the dtype of the gathered parameters exists, if it needs one. */
  #cast(group: Group, gather: () => Storage): Storage {
    const copy = group.castBytes > 0 ? this.#allocate(group.castBytes, 'all_gather_copy_in') : undefined
    const gathered = gather()
    if (copy) this.#ledger.release(copy)
    return gathered
  }

  #reshard(group: Group): void {
    if (group.whole) this.#ledger.release(group.whole)
    delete group.whole
  }

  #allocate(bytes: number, operation: string): Storage {
    const storage = this.#ledger.allocate(bytes, operation === 'all_gather_copy_out' ? 'parameters' : 'temporary')
    this.#ledger.observe(operation)
    return storage
  }

  #group(of: string): Group {
    const name = this.rules.isOneGroup ? ROOT : of
    const found = this.#groups.get(name)
    if (found) return found
    const { experts } = this.rules
    const isOfExperts = experts !== undefined && name.endsWith(EXPERTS)
    const ranks = isOfExperts ? experts.ranks : this.rules.ranks
    const made: Group = { gatheredBytes: 0, castBytes: 0, parameters: [], leaves: [], layers: 1, ranks, isOfExperts }
    this.#groups.set(name, made)
    return made
  }
}

function unreducedOf({ leaves }: Group): OwnedLeaf[] {
  return leaves.filter(({ leaf }) => leaf.unreduced !== undefined)
}
