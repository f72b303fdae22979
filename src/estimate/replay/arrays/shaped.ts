import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import { rowsSumBytes } from '../kernel-memory/rows-sum.js'
import type { Storage } from '../memory-ledger.js'
import type { Gradient, Tape, Tensor } from '../tape.js'
import { contiguous, isSame, type Layout, sizeOf } from './layout.js'

/**
 * A tensor with a shape. Like a value of a Python expression, it is freed by the operation that uses it, unless it has a name
 * (see `Names`).
 */
export interface Shaped extends Tensor {
  readonly layout: Layout
  readonly isNamed: boolean
}

/** The gradient of one input, from that of the output and what was saved. */
export type Derivative = (gradient: Shaped, saved: readonly Shaped[]) => Shaped

/** An operation: what it reads, saves and makes, and the gradient of each input. */
export interface Recorded {
  readonly inputs: readonly (Shaped | undefined)[]
  readonly saves?: readonly Shaped[]
  /** Whether backward needs the output: it comes last among what was saved. */
  readonly savesOutput?: boolean
  /** Whether `saves` are what the operation has made itself, beside its output. */
  readonly make: () => Shaped
  readonly derivatives: readonly (Derivative | undefined)[]
}

/** Arrays on a tape: how operations are recorded, and how gradients get the shape and dtype of what they belong to. */
export class Recorder {
  readonly tape: Tape

  constructor(tape: Tape) {
    this.tape = tape
  }

  /** Runs an operation, and frees the inputs that have no name. */
  protected record({ inputs, saves = [], savesOutput = false, make, derivatives }: Recorded): Shaped {
    let own: Shaped | undefined
    const grad = this.tape.follow(
      inputs,
      savesOutput ? { before: saves, after: storagesOf } : { before: saves },
      () => {
        own = make()
        return own
      },
      (gradient, storages, layout) => this.#backward(own, inputs, saves, derivatives, gradient, storages, layout),
    )
    if (!own) throw new Error('an operation makes its output')
    const { elements, dtype, storage, layout } = own
    if (saves.length === 0) this.done(...inputs)
    else this.done(...inputs, ...saves)
    return { elements, dtype, storage, grad: grad ?? own.grad, layout, isNamed: false }
  }

  #backward(
    output: Shaped | undefined,
    inputs: Recorded['inputs'],
    saves: readonly Shaped[],
    derivatives: Recorded['derivatives'],
    gradient: Storage,
    storages: readonly Storage[],
    layout: Layout | undefined,
  ): (Gradient | (() => Gradient) | undefined)[] {
    if (!output) throw new Error('an operation has made its output before its gradient arrives')
    const arriving = given(output, gradient, layout ?? contiguous(output.layout.shape))
    const saved = storages.map((storage, index) => {
      const one = saves[index] ?? output
      return given(one, storage, one.layout)
    })
    return inputs.map((input, index) => {
      const derivative = derivatives[index]
      if (!input?.grad || !derivative) return undefined
      const made = derivative(arriving, saved)
      if (made.isNamed) this.tape.alias(made)
      return () => this.#fitted({ ...made, isNamed: false }, input)
    })
  }

  /** What the engine does with a gradient of another shape or dtype than its tensor (`validate_outputs`). */
  #fitted(gradient: Shaped, { layout, dtype }: Shaped): Gradient {
    const summed = this.summedTo(gradient, layout.shape)
    const { storage, layout: own } = summed.dtype === dtype ? summed : this.copied(summed, dtype)
    return { storage, layout: own, dtype }
  }

  /** A gradient summed over the dimensions that were repeated. */
  protected summedTo(gradient: Shaped, shape: readonly number[]): Shaped {
    if (isSame(gradient.layout.shape, shape)) return gradient
    if (sizeOf(gradient.layout.shape) === sizeOf(shape)) {
      gradient.storage.isResult = false
      return { ...gradient, layout: contiguous(shape) }
    }
    const sum = this.fresh(contiguous(shape), gradient.dtype, 'sum', sumBytes(gradient, shape))
    // Dimensions that it does not have are taken away by a view (`sum_to` in torch's ExpandUtils.h).
    if (shape.length < gradient.layout.shape.length) sum.storage.isResult = false
    this.done(gradient)
    return sum
  }

  /** A copy in another dtype, in the same memory order where there is one. */
  protected copied(input: Shaped, dtype: ComputeDtype): Shaped {
    const copy = this.fresh(preserved(input.layout), dtype, '_to_copy')
    this.done(input)
    return copy
  }

  /** A new array. */
  protected fresh(layout: Layout, dtype: ComputeDtype, operation: string, withinBytes = 0): Shaped {
    const elements = sizeOf(layout.shape)
    const { storage } = this.tape.tensor(elements, dtype, operation, undefined, withinBytes)
    storage.isResult = true
    return { elements, dtype, storage, layout, isNamed: false }
  }

  /** The same storage with another layout. */
  protected seenAs(input: Shaped, layout: Layout): Shaped {
    const { dtype, storage } = this.tape.alias(input)
    storage.isResult = false
    return { elements: sizeOf(layout.shape), dtype, storage, layout, isNamed: false }
  }

  /** Frees arrays without a name, each once. */
  done(...inputs: readonly (Shaped | undefined)[]): void {
    for (let index = 0; index < inputs.length; index += 1) {
      const input = inputs[index]
      if (input && !input.isNamed && inputs.indexOf(input) === index) this.tape.free(input)
    }
  }
}

function storagesOf({ storage }: Tensor): readonly Storage[] {
  return [storage]
}

/** An array that a derivative is given, which it does not own. */
function given({ elements, dtype }: Shaped, storage: Storage, layout: Layout): Shaped {
  return { elements, dtype, storage, layout, isNamed: true }
}

/** What CUDA's kernel holds to sum a gradient over the dimensions that were repeated. Sums along the innermost dimension need next to nothing. */
function sumBytes({ layout: { shape, strides }, dtype }: Shaped, to: readonly number[]): number {
  const added = shape.length - to.length
  const innermost = strides.indexOf(1)
  if (innermost < added || to[innermost - added] !== shape[innermost]) return 0
  const columns = sizeOf(to)
  return rowsSumBytes(sizeOf(shape) / columns, columns, DTYPE_BYTES[dtype])
}

/** The layout of a copy: the same order of dimensions, without gaps (torch's `preserve_format`). */
export function preserved(layout: Layout): Layout {
  return elementwiseOne(layout)
}

function elementwiseOne({ shape, strides }: Layout): Layout {
  const plain = contiguous(shape)
  if (isSame(strides, plain.strides)) return plain
  const order = shape.map((_, dim) => dim).sort((a, b) => (strides[b] ?? 0) - (strides[a] ?? 0) || a - b)
  if (strides.some((stride, dim) => stride === 0 && (shape[dim] ?? 1) > 1)) return plain
  const made = Array.from<number>({ length: shape.length })
  let stride = 1
  for (const dim of order.toReversed()) {
    made[dim] = stride
    stride *= Math.max(shape[dim] ?? 1, 1)
  }
  return { shape, strides: made }
}

/** The wider of two dtypes. */
export function wider(left: ComputeDtype, right: ComputeDtype): ComputeDtype {
  return DTYPE_BYTES[left] >= DTYPE_BYTES[right] ? left : right
}
