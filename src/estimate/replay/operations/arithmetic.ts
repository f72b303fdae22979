import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { Storage } from '../memory-ledger.js'
import type { Tensor } from '../tape.js'
import { Gathering } from './gathering.js'

/** Sums, products and means. The third part of {@link Operations}. */
export class Arithmetic extends Gathering {
  /** The sum of two tensors of the same size, in the wider dtype. The gradient of the narrower one is cast back. */
  add(left: Tensor, right: Tensor): Tensor {
    const dtype = wider(left, right)
    const elements = Math.max(left.elements, right.elements)
    const narrowed = (input: Tensor, gradient: Storage): Storage =>
      input.elements < elements
        ? this.summed(input, elements, input.dtype)
        : input.dtype !== dtype
          ? this.gradient(input.elements, input.dtype, '_to_copy')
          : isParameter(input) && left.grad && right.grad
            ? this.gradient(elements, dtype, 'clone')
            : this.tape.ledger.retain(gradient)
    return this.tape.record(
      [left, right],
      {},
      () => this.tape.tensor(elements, dtype, 'add'),
      (gradient) => [left.grad && narrowed(left, gradient), right.grad && narrowed(right, gradient)],
    )
  }

  /** The difference of two tensors of the same dtype. The second may have one element for each row. */
  sub(left: Tensor, right: Tensor): Tensor {
    const { elements, dtype } = left
    return this.tape.record(
      [left, right],
      {},
      () => this.tape.tensor(elements, dtype, 'sub'),
      (gradient) => {
        const negative = right.grad && this.gradient(elements, dtype, 'neg')
        return [
          left.grad && this.tape.ledger.retain(gradient),
          negative && (() => this.reduced(negative, right, elements, dtype)),
        ]
      },
    )
  }

  /** The sum, in place of the first tensor. */
  addInPlace(into: Tensor, other: Tensor): Tensor {
    return this.tape.record(
      [into, other],
      {},
      () => ({ ...this.tape.alias(into) }),
      (gradient) =>
        [into, other].map(
          (input) =>
            input.grad &&
            (input.dtype === into.dtype
              ? this.tape.ledger.retain(gradient)
              : this.gradient(input.elements, input.dtype, '_to_copy')),
        ),
    )
  }

  /** The product of two tensors of the same size. Each is saved for the other's gradient. */
  mul(left: Tensor, right: Tensor): Tensor {
    const dtype = wider(left, right)
    return this.tape.record(
      [left, right],
      { before: [...(right.grad ? [left] : []), ...(left.grad ? [right] : [])] },
      () => this.tape.tensor(Math.max(left.elements, right.elements), dtype, 'mul'),
      () => {
        const elements = Math.max(left.elements, right.elements)
        const wholes = [left, right].map((factor) => factor.grad && this.result(elements, dtype, 'mul'))
        return [left, right].map((factor, index) => {
          const whole = wholes[index]
          return whole && (() => this.reduced(whole, factor, elements, dtype))
        })
      },
    )
  }

  /** The product with a number, or with a tensor that has no gradient and needs no memory. */
  scale(input: Tensor, by?: Tensor): Tensor {
    const dtype = by ? wider(input, by) : input.dtype
    return this.tape.record(
      [input],
      { before: by ? [by] : [] },
      () => this.tape.tensor(input.elements, dtype, 'mul'),
      () => {
        const gradient = this.result(input.elements, dtype, 'mul')
        return [dtype === input.dtype ? gradient : () => this.cast(gradient, input)]
      },
    )
  }

  /** The sum with a number, whose gradient is the same tensor: `1 + weight`. */
  shift(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      {},
      () => this.tape.tensor(input.elements, input.dtype, 'add'),
      (gradient) => [this.tape.ledger.retain(gradient)],
    )
  }

  /** The product with a number, in place. */
  scaleInPlace(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      {},
      () => ({ ...this.tape.alias(input) }),
      () => [this.gradient(input.elements, input.dtype, 'mul')],
    )
  }

  /** `glu`: the first half of the features times the sigmoid of the others. */
  gatedHalves(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      { before: [input] },
      () => this.tape.tensor(input.elements / 2, input.dtype, 'glu'),
      () => [this.gradient(input.elements, input.dtype, 'glu_backward')],
    )
  }

  /** The mean over the features of each token. Its gradient is as large as its input. */
  mean(input: Tensor, tokens: number): Tensor {
    return this.tape.record(
      [input],
      {},
      () => this.tape.tensor(tokens, input.dtype, 'mean'),
      () => [this.gradient(input.elements, input.dtype, 'div')],
    )
  }

  /** The gradient of a broadcast factor: summed to its size, and cast to its dtype. */
  private reduced(whole: Storage, factor: Tensor, elements: number, dtype: ComputeDtype): Storage {
    if (factor.elements === elements) return factor.dtype === dtype ? whole : this.cast(whole, factor)
    const sum = this.summed(factor, elements, dtype)
    this.tape.ledger.release(whole)
    return factor.dtype === dtype ? sum : this.cast(sum, factor)
  }

  /** The sum of a gradient to the size of what was repeated: a parameter for each row, or a number of a row for each of its features. */
  private summed(input: Tensor, elements: number, dtype: ComputeDtype): Storage {
    if (isOfParameter(input.grad)) return this.rowsSum(input.elements, dtype, elements / input.elements)
    return this.gradient(input.elements, dtype, 'sum')
  }
}

/** How many operations may be between a parameter and what is multiplied: a cast, and a sum with one. */
const MOST_OPERATIONS = 2

/** Whether something is a parameter, or was made of one alone in a few operations. */
function isOfParameter(grad: Tensor['grad'], operations = MOST_OPERATIONS): boolean {
  if (grad?.kind !== 'node') return grad !== undefined
  const [first, ...others] = grad.inputs
  return operations > 0 && others.length === 0 && isOfParameter(first, operations - 1)
}

/** A parameter copies a gradient that something else refers to as well (`accumulateGrad` in torch's accumulate_grad.h). */
const isParameter = ({ grad }: Tensor): boolean => grad?.kind === 'leaf' && grad.variable === undefined

/** A number is as wide as the wider of two, and in float32 if they are of two kinds of 16 bits; a mask of integers changes nothing. */
function wider(left: Tensor, right: Tensor): ComputeDtype {
  if (right.dtype === 'int64' || right.dtype === 'bool') return left.dtype
  if (left.dtype !== right.dtype && HALVES.has(left.dtype) && HALVES.has(right.dtype)) return 'float32'
  return DTYPE_BYTES[left.dtype] >= DTYPE_BYTES[right.dtype] ? left.dtype : right.dtype
}

const HALVES: ReadonlySet<ComputeDtype> = new Set(['bfloat16', 'float16'])
