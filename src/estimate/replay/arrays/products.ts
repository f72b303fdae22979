import { DTYPE_BYTES } from '../dtype.js'
import { convolutionBytes } from '../kernel-memory/convolution.js'
import { rowsSumBytes } from '../kernel-memory/rows-sum.js'
import type { Tensor } from '../tape.js'
import { contiguous, isContiguous, type Layout, permuted, sizeOf } from './layout.js'
import { Reductions } from './reductions.js'
import { preserved, type Shaped } from './shaped.js'

/** Linear layers, products of matrices, and convolutions. */
export class Products extends Reductions {
  /**
   * A linear layer over the last dimension.
   *
   * @param out - its output features, if its weight is transposed (`Conv1D`)
   */
  linear(name: string, input: Shaped, out?: number): Shaped {
    const { shape } = input.layout
    const outFeatures = out ?? this.layers.outputsOf(name)
    const rows = sizeOf(shape.slice(0, -1))
    const flat = this.plain(this.reshape(input, [rows, shape.at(-1) ?? 1]), [rows, outFeatures], (tensor) =>
      this.layers.linear(name, tensor, outFeatures),
    )
    return this.reshape(flat, [...shape.slice(0, -1), outFeatures])
  }

  /**
   * The product of matrices, over all other dimensions.
   *
   * @param held - receives what backward would need, of a product without gradients
   */
  matmul(left: Shaped, right: Shaped, held?: Tensor[]): Shaped {
    const { half, autocast } = this.layers
    const cast = (input: Shaped) => (autocast ? this.to(input, half) : input)
    const [one, other] = [cast(left), cast(right)]
    const [a, b] = [one.layout.shape, other.layout.shape]
    const outer = a.slice(0, -2)
    const batch = sizeOf(outer)
    const [rows = 1, inner = 1] = a.slice(-2)
    const columns = b.at(-1) ?? 1
    const factors = [this.reshape(one, [batch, rows, inner]), this.reshape(other, [batch, inner, columns])] as const
    held?.push(...factors.map((factor) => this.tape.alias(factor)))
    const product = this.#bmm(...factors)
    return this.reshape(product, [...outer, rows, columns])
  }

  /** The product of two matrices. */
  mm(left: Shaped, right: Shaped): Shaped {
    const { half, autocast } = this.layers
    const [one, other] = [left, right].map((input) => (autocast ? this.to(input, half) : input))
    if (!one || !other) throw new Error('there are two matrices')
    const [rows = 1, inner = 1] = one.layout.shape
    const columns = other.layout.shape[1] ?? 1
    return this.record({
      inputs: [one, other],
      saves: [...(other.grad ? [one] : []), ...(one.grad ? [other] : [])],
      make: () => this.fresh(contiguous([rows, columns]), one.dtype, 'mm'),
      derivatives: [
        () => this.fresh(contiguous([rows, inner]), one.dtype, 'mm'),
        // In the order of memory that the matrix has (`mm_mat2_backward`).
        () => this.fresh(preserved(other.layout), one.dtype, 'mm'),
      ],
    })
  }

  /** The product of two matrices with a row added to each of its rows, in one kernel. Its backward makes the left gradient first. */
  addmm(left: Shaped, right: Shaped, row: Shaped): Shaped {
    const { shape } = left.layout
    const columns = right.layout.shape[1] ?? 1
    return this.record({
      inputs: [left, right, row],
      saves: [...(right.grad ? [left] : []), ...(left.grad ? [right] : [])],
      make: () => this.fresh(contiguous([shape[0] ?? 1, columns]), left.dtype, 'addmm'),
      derivatives: [
        () => this.fresh(contiguous(shape), left.dtype, 'mm'),
        () => this.fresh(contiguous(right.layout.shape), left.dtype, 'mm'),
        () =>
          this.fresh(
            contiguous([columns]),
            left.dtype,
            'sum',
            rowsSumBytes(shape[0] ?? 1, columns, DTYPE_BYTES[left.dtype]),
          ),
      ],
    })
  }

  /** A batched product, whose factors autocast casts. */
  batched(left: Shaped, right: Shaped): Shaped {
    const { half, autocast } = this.layers
    return autocast ? this.#bmm(this.to(left, half), this.to(right, half)) : this.#bmm(left, right)
  }

  #bmm(left: Shaped, right: Shaped): Shaped {
    const [batch = 1, rows = 1, inner = 1] = left.layout.shape
    const columns = right.layout.shape[2] ?? 1
    return this.record({
      inputs: [left, right],
      saves: [...(right.grad ? [left] : []), ...(left.grad ? [right] : [])],
      make: () => this.fresh(contiguous([batch, rows, columns]), left.dtype, 'bmm'),
      derivatives: [
        () => this.fresh(contiguous([batch, rows, inner]), left.dtype, 'bmm'),
        () => this.fresh(contiguous([batch, inner, columns]), left.dtype, 'bmm'),
      ],
    })
  }

  /** A causal convolution of each channel, padded at both ends: `nn.Conv1d` with as many groups as channels. */
  depthwiseConv(name: string, input: Shaped): Shaped {
    return this.#convolution(name, input, (one) => this.layers.castParameter(one))
  }

  /** The same of an input in the dtype of the weights, with views of these, which autocast does not cache (transformers 5). */
  convolutionOfWeights(name: string, input: Shaped): Shaped {
    const wide = this.to(input, this.parameter(`${name}.weight`).dtype)
    return this.#convolution(name, wide, (one) => this.layers.ops.to(one, this.layers.half))
  }

  /**
   * A convolution with a result of a shape. CUDA's kernels make contiguous what they read, in both directions (`Convolution.cpp`).
   *
   * @param weight - Default: its parameter
   */
  convolution(name: string, input: Shaped, shape: readonly number[], weight?: Shaped): Shaped {
    const { ops, half } = this.layers
    const cast = (one: Tensor): Tensor => (weight ? ops.to(one, half) : this.layers.castParameter(one))
    return this.#convolution(name, input, cast, { shape, weight, copies: true })
  }

  /**
   * A convolution over the steps with a weight whose channels are next to each other in memory. cuDNN then computes it with the channels of a step next
   * to each other, in copies of its input and gradient (`cudnn_conv_suggest_memory_format` of torch 2.15).
   */
  turnedConvolution(name: string, input: Shaped, shape: readonly number[], weight: Shaped): Shaped {
    const cast = (one: Shaped): Shaped => this.to(one, this.layers.half)
    return this.#convolution(name, input, cast, { shape, weight, copies: true, isTurned: true })
  }

  #convolution(
    name: string,
    input: Shaped,
    cast: (parameter: Shaped) => Tensor,
    given: ConvolutionOptions = {},
  ): Shaped {
    const { layers, tape } = this
    const [batch = 1, channels = 1, length = 1] = input.layout.shape
    const { weight = this.parameter(`${name}.weight`), copies = false, isTurned = false } = given
    const bias = this.has(`${name}.bias`) ? this.parameter(`${name}.bias`) : undefined
    const kernel = weight.layout.shape.at(-1) ?? 1
    const taken = (one: Shaped, by: (parameter: Shaped) => Tensor): Shaped =>
      layers.autocast ? { ...by(one), layout: one.layout, isNamed: false } : one
    // Autocast casts the arguments from the last to the first.
    const vector = bias && taken(bias, (one) => layers.castParameter(one))
    const matrix = taken(weight, cast)
    const data = layers.autocast ? this.to(input, layers.half) : input
    const inputs = [data, matrix, ...(vector ? [vector] : [])]
    const inOrder = contiguous(given.shape ?? [batch, channels, length + kernel - 1])
    const layout = isTurned ? turned(inOrder.shape) : inOrder
    const inside = isTurned || data.dtype === 'float32' ? 0 : copiedBytes(data.layout, matrix.layout, inOrder)
    const copy = ({ elements, dtype }: Shaped, own: Layout): number =>
      copies && !isContiguous(own) ? elements * DTYPE_BYTES[dtype] : 0
    const output = tape.record(
      inputs,
      { before: [data, matrix] },
      () => {
        const made = this.fresh(layout, data.dtype, 'convolution')
        tape.ledger.observe('convolution', copy(data, data.layout) + (isTurned ? sizeInBytes(data) : 0))
        tape.ledger.mayHold(inside)
        return made
      },
      (_, __, arriving = layout) => {
        const made = inputs.map((one) =>
          one.grad ? tape.ledger.allocate(one.elements * (one.dtype === 'float32' ? 4 : 2)) : undefined,
        )
        const ofGradient = { ...data, elements: sizeOf(layout.shape) }
        const read = isTurned ? permuted(arriving, TURNED) : arriving
        const copied = copy(data, data.layout) + (isTurned ? sizeInBytes(data) : 0) + copy(ofGradient, read)
        tape.ledger.observe('convolution_backward', copied)
        tape.ledger.mayHold(inside)
        if (!isTurned) return made
        const layouts = [turned(data.layout.shape), preserved(matrix.layout)]
        return made.map((storage, index) => {
          const own = layouts[index]
          return storage && own ? { storage, layout: own, dtype: inputs[index]?.dtype ?? data.dtype } : storage
        })
      },
    )
    this.done(...inputs, ...(matrix.storage === weight.storage ? [] : [given.weight]))
    return { ...output, layout, isNamed: false }
  }
}

/** What cuDNN may hold for a convolution with one group. */
function copiedBytes({ shape: input }: Layout, { shape: weight }: Layout, { shape: output }: Layout): number {
  const [outChannels = 1, inChannels = 1, ...window] = weight
  if (input[1] !== inChannels) return 0
  const [inPlaces, outPlaces] = [sizeOf(input) / inChannels, sizeOf(output) / outChannels]
  return convolutionBytes({ inChannels, inPlaces, outChannels, outPlaces, window: sizeOf(window) })
}

interface ConvolutionOptions {
  readonly shape?: readonly number[]
  readonly weight?: Shaped | undefined
  /** Whether what it reads is copied if it is not contiguous. */
  readonly copies?: boolean
  /** Whether channels are next to each other in memory. */
  readonly isTurned?: boolean
}

const TURNED = [0, 2, 1]

/** A shape of `[batch, channels, steps]` with the channels of a step next to each other. */
function turned([batch = 1, channels = 1, steps = 1]: readonly number[]): Layout {
  return permuted(contiguous([batch, steps, channels]), TURNED)
}

const sizeInBytes = ({ elements, dtype }: Shaped): number => elements * DTYPE_BYTES[dtype]
