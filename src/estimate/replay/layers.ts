import type { Adapter } from './adapters/adapter.js'
import { adaLora, vera } from './adapters/adapter-kinds.js'
import { doraOf } from './adapters/dora.js'
import { fusedAdapter } from './adapters/fused-adapter.js'
import { AutocastCopies } from './autocast-copies.js'
import type { CompleteForwardPass } from './complete-forward-pass.js'
import { type ComputeDtype, DTYPE_BYTES } from './dtype.js'
import { FUSED, type KernelSet } from './kernel-set.js'
import type { Operations } from './operations/operations.js'
import { packedProduct } from './packed/packed-product.js'
import type { Tensor } from './tape.js'
import type { Weights } from './weights.js'

const OTHER_KINDS = { adalora: adaLora, vera } as const

/** What the layers of a model share while they run: operations, parameters, sizes and dtypes. */
export class Layers extends AutocastCopies {
  readonly weights: Weights
  readonly tokens: number
  /** Whose kernels compute norms, rotation and gated activations. */
  readonly kernels: KernelSet
  readonly #linear: CompleteForwardPass['linear']

  constructor(
    ops: Operations,
    weights: Weights,
    tokens: number,
    autocast: boolean,
    linear: CompleteForwardPass['linear'],
    kernels: KernelSet = 'torch',
    half: ComputeDtype = 'bfloat16',
  ) {
    super(ops, autocast, half)
    this.weights = weights
    this.tokens = tokens
    this.#linear = linear
    this.kernels = kernels
  }

  /** A linear layer with its bias and its adapter, if any. Autocast can be off for it. The caller keeps the input. */
  linear(name: string, input: Tensor, outFeatures: number, autocast = this.autocast): Tensor {
    const adapter = this.weights.adapter(name)
    const weight = this.weights.get(`${name}.weight`)
    if (adapter?.kind === 'lora' && !adapter.magnitude && !adapter.hasDropout && FUSED[this.kernels].adapters) {
      const left = autocast ? this.ops.to(input, this.half) : this.ops.tape.alias(input)
      const output = fusedAdapter(this.ops, left, {
        weight,
        adapter,
        outFeatures,
        bias: this.weights.find(`${name}.bias`),
      })
      this.ops.tape.free(left)
      return output
    }
    const base = this.#base(name, input, weight, outFeatures, autocast)
    if (!adapter) return base
    const { tape } = this.ops
    const isIn4Bits = weight.storedAs === 'nf4' || weight.storedAs === 'nf4-double'
    const isPacked = isIn4Bits || weight.storedAs === 'int8'
    // With weights in 4 bits, PEFT first copies the product (peft/tuners/lora/bnb.py, Linear4bit.forward).
    const copy = isIn4Bits ? this.ops.contiguous(base) : tape.alias(base)
    tape.free(base)
    // PEFT computes the adapter in the adapter's dtype (peft/tuners/lora/layer.py, Linear.forward). With packed weights, it leaves
    // the input alone under autocast.
    const wide = isPacked && this.autocast ? tape.alias(input) : this.ops.to(input, adapter.a.dtype)
    const cast = adapter.hasDropout ? this.ops.dropout(wide) : tape.alias(wide)
    // The code rebinds the input, but drops a part of it in an expression.
    if (adapter.magnitude) {
      tape.free(wide)
      const output = doraOf(this, name, { adapter, weight, input: cast, base: copy, outFeatures })
      tape.free(cast, copy)
      const narrow = isPacked && this.autocast ? tape.alias(output) : this.ops.to(output, base.dtype)
      tape.free(output)
      return narrow
    }
    if (adapter.kind !== 'lora') {
      const adapted = OTHER_KINDS[adapter.kind](this, { adapter, input: cast, base: copy, outFeatures })
      tape.free(cast, copy, wide)
      return adapted
    }
    const scaled = this.#adapted(adapter, cast, outFeatures)
    tape.free(cast)
    const output = isPacked ? this.#sumInBase(copy, scaled) : this.#sumInWider(copy, scaled)
    tape.free(wide)
    return output
  }

  /** `B(A(x)) * scaling`. */
  #adapted(adapter: Adapter, input: Tensor, outFeatures: number): Tensor {
    const high = this.lowRank(adapter, input, outFeatures)
    const scaled = this.ops.scale(high)
    this.ops.tape.free(high)
    return scaled
  }

  /** `B(A(x))`. */
  lowRank({ a, b, rank }: Adapter, input: Tensor, outFeatures: number): Tensor {
    const low = this.#affine(input, a, undefined, rank)
    const high = this.#affine(low, b, undefined, outFeatures)
    this.ops.tape.free(low)
    return high
  }

  /** The product with a weight, with the bias in the same operation or added afterwards. */
  #base(name: string, input: Tensor, weight: Tensor, outFeatures: number, autocast: boolean): Tensor {
    const bias = this.weights.find(`${name}.bias`)
    if (this.#linear === 'kernel' || name === 'lm_head') return this.#affine(input, weight, bias, outFeatures, autocast)
    const transposed = autocast ? this.ops.to(weight, this.half) : this.ops.tape.alias(weight)
    const product = this.#affine(input, transposed, undefined, outFeatures, autocast)
    this.ops.tape.free(transposed)
    if (!bias) return product
    const sum = this.ops.add(product, bias)
    this.ops.tape.free(product)
    return sum
  }

  /** Casts the adapter's output to the dtype of the base, and adds it. Frees both. */
  #sumInBase(base: Tensor, part: Tensor): Tensor {
    const narrow = this.ops.to(part, base.dtype)
    this.ops.tape.free(part)
    const sum = this.ops.add(base, narrow)
    this.ops.tape.free(base, narrow)
    return sum
  }

  /** The sum in the wider dtype, cast to the dtype of the base. Frees both. */
  #sumInWider(base: Tensor, part: Tensor): Tensor {
    const sum = this.ops.add(base, part)
    this.ops.tape.free(part, base)
    const output = this.ops.to(sum, base.dtype)
    this.ops.tape.free(sum)
    return output
  }

  /** The product with a matrix that does not belong to a linear layer. */
  product(input: Tensor, matrix: Tensor, outFeatures: number, autocast = this.autocast): Tensor {
    return this.#affine(input, matrix, undefined, outFeatures, autocast)
  }

  /** The product of two matrices of activations. */
  matrixProduct(one: Tensor, other: Tensor, elements: number): Tensor {
    const { ops } = this
    const { tape } = ops
    const cast = (factor: Tensor) => (this.autocast ? ops.to(factor, this.half) : tape.alias(factor))
    const [left, right] = [cast(one), cast(other)]
    const output = tape.record(
      [left, right],
      { before: [left, right] },
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
    const left = this.autocast ? ops.to(input, this.half) : tape.alias(input)
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
    const left = this.autocast ? ops.to(input, this.half) : tape.alias(input)
    const right = this.autocast ? this.castParameter(parameter) : tape.alias(parameter)
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

  #affine(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | undefined,
    outFeatures: number,
    autocast = this.autocast,
  ): Tensor {
    const { tape } = this.ops
    if (weight.storedAs) {
      const cast = () => bias && (autocast ? this.castParameter(bias) : this.ops.to(bias, weight.dtype))
      return packedProduct(this.ops, input, { weight, vector: cast, outFeatures })
    }
    const matrix = autocast ? this.castParameter(weight) : tape.alias(weight)
    const vector = bias && (autocast ? this.castParameter(bias) : tape.alias(bias))
    const left = autocast ? this.ops.to(input, this.half) : tape.alias(input)
    const rows = Math.round(left.elements / (weight.elements / outFeatures))
    const elements = rows * outFeatures
    const output = tape.record(
      [left, matrix, vector],
      { before: [...(matrix.grad ? [left] : []), ...(left.grad ? [matrix] : [])] },
      () => tape.tensor(elements, left.dtype, vector ? 'addmm' : 'mm'),
      () => {
        const forWeight = () => matrix.grad && this.ops.gradient(matrix.elements, matrix.dtype, 'mm')
        const forInput = () => left.grad && this.ops.gradient(left.elements, left.dtype, 'mm')
        // mm computes the weight's gradient first, addmm the input's.
        const first = vector ? forInput() : forWeight()
        const second = vector ? forWeight() : forInput()
        const forBias = vector?.grad && (() => this.ops.gradient(vector.elements, vector.dtype, 'sum'))
        return vector ? [first, second, forBias] : [second, first, forBias]
      },
    )
    tape.free(left, matrix, ...(vector ? [vector] : []))
    return output
  }

  /** A convolution, which saves its input and its weight. Its backward makes all gradients at once. */
  convolution(name: string, input: Tensor, elements: number): Tensor {
    const { ops, weights, autocast } = this
    const { tape } = ops
    const own = (parameter: Tensor): Tensor => (autocast ? this.castParameter(parameter) : tape.alias(parameter))
    const weight = own(weights.get(`${name}.weight`))
    const found = weights.find(`${name}.bias`)
    const bias = found && own(found)
    const left = autocast ? ops.to(input, this.half) : tape.alias(input)
    const output = tape.record(
      [left, weight, bias],
      { before: [left, weight] },
      () => tape.tensor(elements, left.dtype, 'convolution'),
      () => {
        const made = [left, weight, bias].map(
          (one) => one?.grad && tape.ledger.allocate(one.elements * DTYPE_BYTES[one.dtype]),
        )
        tape.ledger.observe('convolution_backward')
        return made
      },
    )
    tape.free(left, weight, ...(bias ? [bias] : []))
    return output
  }
}
