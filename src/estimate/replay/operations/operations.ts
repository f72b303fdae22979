import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { Storage } from '../memory-ledger.js'
import type { Tensor } from '../tape.js'
import { Gathering } from './gathering.js'

/**
 * The operations of models, each with what torch allocates, saves and frees for it: the formulas of
 * `tools/autograd/derivatives.yaml` and of the CUDA kernels, as sizes.
 */
export class Operations extends Gathering {
  /** The sum of two tensors of the same size, in the wider dtype. The gradient of the narrower one is cast back. */
  add(left: Tensor, right: Tensor): Tensor {
    const dtype = wider(left, right)
    const elements = Math.max(left.elements, right.elements)
    const narrowed = (input: Tensor, gradient: Storage): Storage =>
      input.elements < elements
        ? this.gradient(input.elements, input.dtype, 'sum')
        : input.dtype === dtype
          ? this.tape.ledger.retain(gradient)
          : this.gradient(input.elements, input.dtype, '_to_copy')
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
        const wholes = [left, right].map((factor) => factor.grad && this.gradient(elements, dtype, 'mul'))
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
        const gradient = this.gradient(input.elements, dtype, 'mul')
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

  /** An elementwise function. By default its gradient needs its input. */
  elementwise(input: Tensor, name: string, saves: 'input' | 'output' | 'nothing' = 'input'): Tensor {
    return this.tape.record(
      [input],
      {
        before: saves === 'input' ? [input] : [],
        after: (output) => (saves === 'output' ? [output.storage] : []),
      },
      () => this.tape.tensor(input.elements, input.dtype, name),
      () => [this.gradient(input.elements, input.dtype, `${name}_backward`)],
    )
  }

  /** A copy with a number in place of what a boolean mask selects. It saves the mask. */
  masked(input: Tensor, mask: Tensor | undefined): Tensor {
    return this.tape.record(
      [input],
      { before: mask ? [mask] : [] },
      () => this.tape.tensor(input.elements, input.dtype, 'masked_fill'),
      () => [this.gradient(input.elements, input.dtype, 'masked_fill')],
    )
  }

  /** `native_dropout`: a copy with a part set to zero. It saves a mask of one byte for each element. */
  dropout(input: Tensor): Tensor {
    const mask = this.tape.tensor(input.elements, 'bool', 'native_dropout')
    const output = this.tape.record(
      [input],
      { after: () => [mask.storage] },
      () => this.tape.tensor(input.elements, input.dtype, 'native_dropout'),
      () => [this.gradient(input.elements, input.dtype, 'native_dropout_backward')],
    )
    this.tape.free(mask)
    return output
  }

  /** A power with a number as exponent. Backward makes the lower power, its multiple, and their product. */
  pow(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      { before: [input] },
      () => this.tape.tensor(input.elements, input.dtype, 'pow'),
      () => {
        const lower = this.gradient(input.elements, input.dtype, 'pow')
        const multiple = this.gradient(input.elements, input.dtype, 'mul')
        const product = this.gradient(input.elements, input.dtype, 'mul')
        this.tape.ledger.release(lower)
        this.tape.ledger.release(multiple)
        return [product]
      },
    )
  }

  /** The error function. Its backward computes `2 / sqrt(pi) * exp(-x * x)` in steps, and keeps each step to the end. */
  errorFunction(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      { before: [input] },
      () => this.tape.tensor(input.elements, input.dtype, 'erf'),
      () => {
        const steps = ['pow', 'neg', 'exp', 'mul'].map((step) => this.gradient(input.elements, input.dtype, step))
        const product = this.gradient(input.elements, input.dtype, 'mul')
        for (const step of steps) this.tape.ledger.release(step)
        return [product]
      },
    )
  }

  /** A clamp to a range. */
  clamp(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      { before: [input] },
      () => this.tape.tensor(input.elements, input.dtype, 'clamp'),
      () => [this.clamped(input)],
    )
  }

  /** A clamp in place. Saves a copy of the original if a gradient needs it. */
  clampInPlace(input: Tensor): Tensor {
    const before = input.grad ? [this.tape.tensor(input.elements, input.dtype, 'clone')] : []
    const output = this.tape.record(
      [input],
      { before },
      () => ({ ...this.tape.alias(input) }),
      () => [this.clamped(input)],
    )
    this.tape.free(...before)
    return output
  }

  /** The gradient inside the range, selected with two masks. */
  private clamped({ elements, dtype }: Tensor): Storage {
    const masks = [DTYPE_BYTES[dtype], elements, elements].map((bytes) => this.tape.ledger.allocate(bytes))
    const made = this.gradient(elements, dtype, 'where')
    for (const mask of masks) this.tape.ledger.release(mask)
    return made
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

  /** 1 / sqrt(x + epsilon), with one number for each token. */
  inverseRoot(input: Tensor): Tensor {
    const shifted = this.shift(input)
    const root = this.rsqrt(shifted)
    this.tape.free(shifted)
    return root
  }

  /** 1 / sqrt(x). Backward computes the cube of its output. */
  rsqrt(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      { after: (output) => [output.storage] },
      () => this.tape.tensor(input.elements, input.dtype, 'rsqrt'),
      () => {
        const cube = this.gradient(input.elements, input.dtype, 'pow')
        const half = this.gradient(input.elements, input.dtype, 'mul')
        this.tape.ledger.release(cube)
        const product = this.gradient(input.elements, input.dtype, 'mul')
        this.tape.ledger.release(half)
        return [product]
      },
    )
  }

  /** The gradient of a broadcast factor: summed to its size, and cast to its dtype. */
  private reduced(whole: Storage, factor: Tensor, elements: number, dtype: ComputeDtype): Storage {
    if (factor.elements === elements) return factor.dtype === dtype ? whole : this.cast(whole, factor)
    const sum = this.gradient(factor.elements, dtype, 'sum')
    this.tape.ledger.release(whole)
    return factor.dtype === dtype ? sum : this.cast(sum, factor)
  }
}

function wider(left: Tensor, right: Tensor): ComputeDtype {
  return DTYPE_BYTES[left.dtype] >= DTYPE_BYTES[right.dtype] ? left.dtype : right.dtype
}
