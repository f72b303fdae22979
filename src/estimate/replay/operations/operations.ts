import { DTYPE_BYTES } from '../dtype.js'
import type { Storage } from '../memory-ledger.js'
import type { Tensor } from '../tape.js'
import { Arithmetic } from './arithmetic.js'

/**
 * The operations of models, each with what torch allocates, saves and frees for it: the formulas of
 * `tools/autograd/derivatives.yaml` and of the CUDA kernels, as sizes.
 */
export class Operations extends Arithmetic {
  /** An elementwise function. By default its gradient needs its input. */
  elementwise(input: Tensor, name: string, saves: 'input' | 'output' | 'nothing' = 'input'): Tensor {
    return this.tape.record(
      [input],
      {
        before: saves === 'input' ? [input] : [],
        after: (output) => (saves === 'output' ? [output.storage] : []),
      },
      () => this.tape.tensor(input.elements, input.dtype, name),
      () => [this.result(input.elements, input.dtype, `${name}_backward`)],
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
        const product = this.result(input.elements, input.dtype, 'mul')
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
        const product = this.result(input.elements, input.dtype, 'mul')
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
        const product = this.result(input.elements, input.dtype, 'mul')
        this.tape.ledger.release(half)
        return [product]
      },
    )
  }
}
