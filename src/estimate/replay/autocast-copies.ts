import type { ComputeDtype } from './dtype.js'
import { change, emptyParts, type Storage } from './memory-ledger.js'
import type { Operations } from './operations/operations.js'
import type { Tensor } from './tape.js'

interface Cast {
  readonly parameter: Tensor
  readonly cast: Tensor
}

/** The copies in 16 bits that autocast makes, of which it caches some. */
export class AutocastCopies {
  readonly ops: Operations
  /** Whether linear layers compute in 16 bits, whatever the dtype of their parameters. */
  readonly autocast: boolean
  /** The dtype of autocast. */
  readonly half: ComputeDtype
  /** Whether autocast goes on from one micro-batch to the next, as around the schedule of a pipeline. */
  goesOn = false
  /** By the storage of the parameter, of which a module may have several views. */
  #casts = new Map<Storage, Cast>()
  #castsOfRun = 0

  constructor(ops: Operations, autocast: boolean, half: ComputeDtype) {
    this.ops = ops
    this.autocast = autocast
    this.half = half
  }

  /** Autocast caches its copies of parameters until it ends. The copies of another run, a recomputation, are gone with that run. */
  endAutocast(): void {
    if (!this.goesOn) this.freeCopies()
  }

  /**
   * Lets the next micro-batch use the copies of the first one. Autograd runs what was recorded last first: the gradients of copies wait until
   * backward is done with everything else.
   */
  reuseCopies(): void {
    const { tape } = this.ops
    if (!this.goesOn) return
    for (const { parameter, cast } of this.#casts.values()) {
      const { elements, dtype, storage } = cast
      const again = tape.record(
        [parameter],
        {},
        () => ({ elements, dtype, storage: tape.ledger.retain(storage) }),
        (gradient) => {
          const wide = this.ops.gradient(elements, parameter.dtype, '_to_copy')
          const parts = emptyParts()
          parts[gradient.part] = gradient.bytes
          tape.ledger.shift(parts, -(parameter.alike ?? 0))
          return [wide]
        },
      )
      tape.free(cast)
      this.#casts.set(parameter.storage, { parameter, cast: again })
    }
  }

  /** Autocast ends. */
  freeCopies(): void {
    const { tape } = this.ops
    const own = this.goesOn || this.#castsOfRun === tape.run ? this.#casts.values() : []
    for (const { parameter, cast } of own) {
      const { alike = 0 } = parameter
      const before = { ...tape.ledger.now }
      tape.free(cast)
      if (alike > 0) tape.ledger.shift(change(before, tape.ledger.now), alike)
    }
    this.#casts.clear()
  }

  /**
   * A parameter as a linear layer uses it: under autocast its copy in 16 bits. Autocast makes the copy of a parameter that is trained
   * once and caches it, and that of a frozen or computed one for each use (`cached_cast` in torch's `autocast_mode.cpp`).
   */
  castParameter(parameter: Tensor): Tensor {
    const { tape } = this.ops
    if (parameter.dtype === this.half) return tape.alias(parameter)
    const { grad, isDetached, isIdle } = parameter
    const isLeaf = grad && (grad.kind === 'leaf' || isDetached)
    if (!isLeaf && !isIdle) return this.ops.to(parameter, this.half)
    if (!this.goesOn && this.#castsOfRun !== tape.run) {
      this.#casts = new Map()
      this.#castsOfRun = tape.run
    }
    const known = this.#casts.get(parameter.storage)
    if (known?.cast.elements === parameter.elements) return tape.alias(known.cast)
    const cast = this.ops.to(parameter, this.half)
    // They are no activations of one micro-batch.
    if (this.goesOn) tape.ledger.rebook(cast.storage, 'parameters')
    this.#casts.set(parameter.storage, { parameter, cast: tape.alias(cast) })
    return cast
  }

  /** An activation as a product uses it. What reentrant checkpointing hands to a layer is a leaf, whose copy autocast caches too. */
  castInput(input: Tensor, autocast = this.autocast): Tensor {
    if (!autocast) return this.ops.tape.alias(input)
    return input.isDetached ? this.castParameter(input) : this.ops.to(input, this.half)
  }

  /** Makes the copies of parameters that autocast caches, with their gradients. */
  castEarly(...parameters: readonly Tensor[]): void {
    if (this.autocast) for (const parameter of parameters) this.ops.tape.free(this.castParameter(parameter))
  }

  /** A tensor in the dtype that attention computes in. */
  castForAutocast(input: Tensor, dtype: ComputeDtype): Tensor {
    return this.autocast ? this.ops.to(input, dtype) : this.ops.tape.alias(input)
  }
}
