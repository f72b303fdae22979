import { sizeOf } from './arrays/layout.js'
import { AutocastCopies } from './autocast-copies.js'
import { type ComputeDtype, DTYPE_BYTES } from './dtype.js'
import { convolutionBytes } from './kernel-memory/convolution.js'
import type { Operations } from './operations/operations.js'
import { packedProduct } from './packed/packed-product.js'
import type { Tensor } from './tape.js'
import type { Weights } from './weights.js'

/** Products with parameters and of activations, each in the dtype that autocast gives it. The caller keeps the factors. */
export class Products extends AutocastCopies {
  readonly weights: Weights
  /** Whether products with frozen weights save their input, too: with ZeRO-3 (`LinearFunctionForZeroStage3` of DeepSpeed 0.19.8, `runtime/zero/linear.py`). */
  savesInputs = false
  /** Runs when a product had a frozen weight that backward does not come to. */
  onIdle: ((weight: Tensor) => void) | undefined

  constructor(ops: Operations, weights: Weights, autocast: boolean, half: ComputeDtype) {
    super(ops, autocast, half)
    this.weights = weights
  }

  /** The product with a matrix that does not belong to a linear layer. */
  product(input: Tensor, matrix: Tensor, outFeatures: number, autocast = this.autocast): Tensor {
    return this.affine(input, matrix, undefined, outFeatures, autocast)
  }

  /** The product of two matrices of activations. */
  matrixProduct(one: Tensor, other: Tensor, elements: number): Tensor {
    const { ops } = this
    const { tape } = ops
    const cast = (factor: Tensor) => (this.autocast ? ops.to(factor, this.half) : tape.alias(factor))
    const [left, right] = [cast(one), cast(other)]
    const output = tape.record(
      [left, right],
      { before: [...(right.grad ? [left] : []), ...(left.grad ? [right] : [])] },
      () => tape.tensor(elements, left.dtype, 'mm'),
      () => [left, right].map((factor) => factor.grad && ops.gradient(factor.elements, factor.dtype, 'mm')),
    )
    tape.free(left, right)
    return output
  }

  /** The product with a matrix, once for each of so many parts: its gradient is summed over them. */
  productInParts(input: Tensor, matrix: Tensor, parts: number): Tensor {
    const { ops } = this
    const { tape } = ops
    const left = this.castInput(input)
    const right = this.autocast ? this.castParameter(matrix) : tape.alias(matrix)
    const [inner = 1, outer = 1] = this.weights.shapeOf(matrix)
    const output = tape.record(
      [left, right],
      { before: [...(right.grad ? [left] : []), ...(left.grad ? [right] : [])] },
      () => tape.tensor((left.elements / inner) * outer, left.dtype, 'bmm'),
      () => {
        const forLeft = left.grad && ops.gradient(left.elements, left.dtype, 'bmm')
        const all = right.grad && ops.gradient(right.elements * parts, right.dtype, 'bmm')
        const summed =
          all &&
          (() => {
            const sum = ops.gradient(right.elements, right.dtype, 'sum')
            tape.ledger.release(all)
            return sum
          })
        return [forLeft, summed]
      },
    )
    tape.free(left, right)
    return output
  }

  /** The product of each expert's rows with its matrix; all matrices are in one parameter. */
  batched(input: Tensor, parameter: Tensor): Tensor {
    const { ops } = this
    const { tape } = ops
    // The last argument is cast first.
    const right = this.autocast ? this.castParameter(parameter) : tape.alias(parameter)
    const left = this.castInput(input)
    const [experts, inner, outer] = this.weights.shape(parameter)
    const rows = left.elements / (experts * inner)
    const output = tape.record(
      [left, right],
      { before: [...(right.grad ? [left] : []), ...(left.grad ? [right] : [])] },
      () => tape.tensor(experts * rows * outer, left.dtype, 'bmm'),
      () => {
        const forRight = right.grad && ops.gradient(right.elements, right.dtype, 'bmm')
        return [left.grad && ops.gradient(left.elements, left.dtype, 'bmm'), forRight]
      },
    )
    tape.free(left, right)
    return output
  }

  /** A convolution, which saves its input and its weight. Its backward makes all gradients at once. */
  convolution(name: string, input: Tensor, elements: number): Tensor {
    const { ops, weights, autocast } = this
    const { tape } = ops
    const own = (parameter: Tensor): Tensor => (autocast ? this.castParameter(parameter) : tape.alias(parameter))
    const found = weights.find(`${name}.bias`)
    const bias = found && own(found)
    const weight = own(weights.get(`${name}.weight`))
    const left = this.castInput(input)
    const [outChannels = 1, inChannels = 1, ...window] = weights.shapeNamed(`${name}.weight`)
    const sizes = { inChannels, inPlaces: left.elements / inChannels, outChannels, outPlaces: elements / outChannels }
    const copied = left.dtype === 'float32' ? 0 : convolutionBytes({ ...sizes, window: sizeOf(window) })
    const output = tape.record(
      [left, weight, bias],
      { before: [left, weight] },
      () => {
        const made = tape.tensor(elements, left.dtype, 'convolution')
        tape.ledger.mayHold(copied)
        return made
      },
      () => {
        const made = [left, weight, bias].map(
          (one) => one?.grad && tape.ledger.allocate(one.elements * DTYPE_BYTES[one.dtype]),
        )
        tape.ledger.observe('convolution_backward')
        tape.ledger.mayHold(copied)
        return made
      },
    )
    tape.free(left, weight, ...(bias ? [bias] : []))
    return output
  }

  /** `input @ weight.T + bias`, in one kernel. */
  affine(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | undefined,
    outFeatures: number,
    autocast = this.autocast,
    savesInput = this.savesInputs,
  ): Tensor {
    const { tape } = this.ops
    if (weight.storedAs) {
      // `MatMul8bitLt` takes the bias as it is.
      const isPlain = weight.storedAs === 'int8'
      const cast = () =>
        bias &&
        (isPlain
          ? tape.alias(this.weights.widened(bias, input.dtype))
          : autocast
            ? this.castParameter(bias)
            : this.ops.to(bias, weight.dtype))
      return packedProduct(this.ops, input, { weight, vector: cast, outFeatures })
    }
    // Autocast casts the arguments from the last to the first, as GCC evaluates them.
    const vector = bias && (autocast ? this.castParameter(bias) : tape.alias(bias))
    const matrix = autocast ? this.castParameter(weight) : tape.alias(weight)
    const left = this.castInput(input, autocast)
    const rows = Math.round(left.elements / (weight.elements / outFeatures))
    const elements = rows * outFeatures
    const output = tape.record(
      [left, matrix, vector],
      {
        before: [...(matrix.grad || (savesInput && left.grad) ? [left] : []), ...(left.grad ? [matrix] : [])],
        ...(vector && { arrivesFirst: 2 }),
      },
      () => tape.tensor(elements, left.dtype, vector ? 'addmm' : 'mm'),
      () => {
        const forWeight = () => matrix.grad && this.ops.gradient(matrix.elements, matrix.dtype, 'mm')
        const forInput = () => left.grad && this.ops.gradient(left.elements, left.dtype, 'mm')
        // mm computes the weight's gradient first, addmm the input's.
        const first = vector ? forInput() : forWeight()
        const second = vector ? forWeight() : forInput()
        const forBias = vector?.grad && (() => this.ops.rowsSum(vector.elements, vector.dtype, rows))
        return vector ? [first, second, forBias] : [second, first, forBias]
      },
    )
    if (!left.grad && !matrix.grad && tape.hasBackward) this.onIdle?.(weight)
    tape.free(left, matrix, ...(vector ? [vector] : []))
    return output
  }
}
