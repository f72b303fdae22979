import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Gradient, Tensor } from '../tape.js'
import { contiguous, elementwise, type Layout, padded, sizeOf } from './layout.js'
import { preserved, type Shaped, wider } from './shaped.js'
import { Views } from './views.js'

/**
 * Operations on arrays as torch runs them, to write the code of a model line by line: each knows the layout of what it makes, so
 * that copies happen where torch makes them. Under autocast, the operations of CUDA's lists are cast.
 */
export class Arrays extends Views {
  readonly layers: Layers

  constructor(layers: Layers) {
    super(layers.ops.tape)
    this.layers = layers
  }

  /** A tensor of a replay as an array, which owns it. */
  of(tensor: Tensor, shape: readonly number[]): Shaped {
    return { ...tensor, layout: contiguous(shape), isNamed: false }
  }

  /** A tensor that others own. */
  borrowed(tensor: Tensor, shape: readonly number[]): Shaped {
    return { ...tensor, layout: contiguous(shape), isNamed: true }
  }

  parameter(name: string): Shaped {
    const tensor = this.layers.weights.get(name)
    return this.borrowed(tensor, this.layers.weights.shapeOf(tensor))
  }

  /** An array that is counted elsewhere, such as a buffer. */
  constant(shape: readonly number[], dtype: ComputeDtype): Shaped {
    const storage = this.tape.ledger.allocate(0)
    return { elements: sizeOf(shape), dtype, storage, layout: contiguous(shape), isNamed: true }
  }

  has(name: string): boolean {
    return this.layers.weights.find(name) !== undefined
  }

  make(shape: readonly number[], dtype: ComputeDtype, operation: string): Shaped {
    return this.fresh(contiguous(shape), dtype, operation)
  }

  /** A new array in the memory order of another (`torch.empty_like`). */
  emptyLike({ layout, dtype }: Shaped, operation: string, own: ComputeDtype = dtype): Shaped {
    return this.fresh(preserved(layout), own, operation)
  }

  /** Runs an operation that knows no layouts: its result is contiguous. */
  plain(input: Shaped, shape: readonly number[], run: (input: Tensor) => Tensor): Shaped {
    const output = run(input)
    this.done(input)
    return this.of(output, shape)
  }

  /** A linear layer over the last dimension. */
  linear(name: string, input: Shaped): Shaped {
    const { shape } = input.layout
    const [outFeatures = 1] = this.layers.weights.shapeOf(this.layers.weights.get(`${name}.weight`))
    const rows = sizeOf(shape.slice(0, -1))
    const flat = this.plain(this.reshape(input, [rows, shape.at(-1) ?? 1]), [rows, outFeatures], (tensor) =>
      this.layers.linear(name, tensor, outFeatures),
    )
    return this.reshape(flat, [...shape.slice(0, -1), outFeatures])
  }

  /** A function of each element. */
  unary(input: Shaped, name: string, saves: 'input' | 'output' | 'nothing'): Shaped {
    return this.record({
      inputs: [input],
      saves: saves === 'input' ? [input] : [],
      savesOutput: saves === 'output',
      make: () => this.fresh(preserved(input.layout), input.dtype, name),
      derivatives: [
        (gradient, [saved]) =>
          this.fresh(
            saved ? elementwise(gradient.layout, saved.layout) : preserved(gradient.layout),
            input.dtype,
            `${name}_backward`,
          ),
      ],
    })
  }

  silu = (input: Shaped): Shaped => this.unary(input, 'silu', 'input')
  neg = (input: Shaped): Shaped => this.unary(input, 'neg', 'nothing')
  sigmoid = (input: Shaped): Shaped => this.unary(input, 'sigmoid', 'output')
  exp = (input: Shaped): Shaped => this.unary(this.#wide(input), 'exp', 'output')
  softplus = (input: Shaped): Shaped => this.unary(this.#wide(input), 'softplus', 'input')

  /** What CUDA's autocast computes in float32. */
  #wide(input: Shaped): Shaped {
    return this.layers.autocast ? this.to(input, 'float32') : input
  }

  add(left: Shaped, right: Shaped): Shaped {
    return this.record({
      inputs: [left, right],
      make: () => this.fresh(elementwise(left.layout, right.layout), wider(left.dtype, right.dtype), 'add'),
      derivatives: [(gradient) => gradient, (gradient) => gradient],
    })
  }

  sub(left: Shaped, right: Shaped): Shaped {
    return this.record({
      inputs: [left, right],
      make: () => this.fresh(elementwise(left.layout, right.layout), wider(left.dtype, right.dtype), 'sub'),
      derivatives: [
        (gradient) => gradient,
        (gradient) => this.fresh(preserved(gradient.layout), gradient.dtype, 'neg'),
      ],
    })
  }

  /** The sum with a number. */
  shift(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'add'),
      derivatives: [(gradient) => gradient],
    })
  }

  /** The product with a number. */
  scale(input: Shaped): Shaped {
    return this.unary(input, 'mul', 'nothing')
  }

  mul(left: Shaped, right: Shaped): Shaped {
    const savesLeft = right.grad !== undefined
    const product = (gradient: Shaped, factor: Shaped | undefined): Shaped =>
      this.fresh(
        elementwise(gradient.layout, factor?.layout ?? gradient.layout),
        wider(gradient.dtype, factor?.dtype ?? gradient.dtype),
        'mul',
      )
    return this.record({
      inputs: [left, right],
      saves: [...(savesLeft ? [left] : []), ...(left.grad ? [right] : [])],
      make: () => this.fresh(elementwise(left.layout, right.layout), wider(left.dtype, right.dtype), 'mul'),
      derivatives: [
        (gradient, saved) => product(gradient, saved[savesLeft ? 1 : 0]),
        (gradient, saved) => product(gradient, saved[0]),
      ],
    })
  }

  /** A sum over dimensions. Its gradient is repeated as a view. */
  sum(given: Shaped, dims: readonly number[], keeps = false): Shaped {
    const input = this.#wide(given)
    const { shape } = input.layout
    const at = dims.map((dim) => (dim < 0 ? shape.length + dim : dim))
    const kept = shape.map((size, dim) => (at.includes(dim) ? 1 : size))
    const left = keeps ? kept : shape.filter((_, dim) => !at.includes(dim))
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(left), input.dtype, 'sum'),
      derivatives: [(gradient) => this.expand(this.#spread(gradient, at, keeps), shape)],
    })
  }

  /** A gradient with the dimensions that a sum has taken away. */
  #spread(gradient: Shaped, dims: readonly number[], keeps: boolean): Shaped {
    if (keeps) return gradient
    let spread = gradient
    for (const dim of dims.toSorted((a, b) => a - b)) spread = this.unsqueeze(spread, dim)
    return spread
  }

  /** The mean over the last dimension, which is kept. */
  mean(input: Shaped): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(shape.with(-1, 1)), input.dtype, 'mean'),
      derivatives: [() => this.fresh(contiguous(shape), input.dtype, 'div')],
    })
  }

  /** A power with a number as exponent. */
  pow(given: Shaped): Shaped {
    const input = this.#wide(given)
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'pow'),
      derivatives: [
        (gradient, [saved]) => {
          const lower = this.fresh(preserved(input.layout), input.dtype, 'pow')
          const multiple = this.fresh(preserved(input.layout), input.dtype, 'mul')
          const made = this.fresh(elementwise(gradient.layout, saved?.layout ?? input.layout), input.dtype, 'mul')
          this.done(lower, multiple)
          return made
        },
      ],
    })
  }

  rsqrt(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      savesOutput: true,
      make: () => this.fresh(preserved(input.layout), input.dtype, 'rsqrt'),
      derivatives: [
        () => {
          const cube = this.fresh(preserved(input.layout), input.dtype, 'pow')
          const half = this.fresh(preserved(input.layout), input.dtype, 'mul')
          this.done(cube)
          const made = this.fresh(preserved(input.layout), input.dtype, 'mul')
          this.done(half)
          return made
        },
      ],
    })
  }

  /** A running sum. Its gradient is turned around, summed and turned around again. */
  cumsum(given: Shaped, dim: number): Shaped {
    const input = this.#wide(given)
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(shape), input.dtype, 'cumsum'),
      derivatives: [
        (gradient) => {
          if (shape.at(dim) === 1 || sizeOf(shape) <= 1) return gradient
          const turned = this.fresh(preserved(gradient.layout), gradient.dtype, 'flip')
          const sum = this.fresh(contiguous(shape), gradient.dtype, 'cumsum')
          this.done(turned)
          const made = this.fresh(contiguous(shape), gradient.dtype, 'flip')
          this.done(sum)
          return made
        },
      ],
    })
  }

  /** Some elements replaced by a number. Saves the mask. */
  maskedFill(input: Shaped, mask: Shaped): Shaped {
    return this.record({
      inputs: [input],
      saves: [mask],
      make: () => this.fresh(contiguous(input.layout.shape), input.dtype, 'masked_fill'),
      derivatives: [() => this.fresh(contiguous(input.layout.shape), input.dtype, 'masked_fill')],
    })
  }

  /** The same in place. */
  maskedFillInPlace(input: Shaped, mask: Shaped): Shaped {
    return this.record({
      inputs: [input],
      saves: [mask],
      make: () => this.seenAs(input, input.layout),
      derivatives: [() => this.fresh(contiguous(input.layout.shape), input.dtype, 'masked_fill')],
    })
  }

  /** The lower triangle of the last two dimensions. */
  tril(input: Shaped): Shaped {
    const make = (): Shaped => this.fresh(contiguous(input.layout.shape), input.dtype, 'tril')
    return this.record({ inputs: [input], make, derivatives: [make] })
  }

  /**
   * A part of an array set to a value, in place (`x[:, i] = value`). Backward copies the whole gradient, and the part of it twice
   * (`CopySlices` of torch).
   */
  assign(into: Shaped, value: Shaped): Shaped {
    const { shape } = value.layout
    const { tape } = this
    const output = tape.record(
      [into, value],
      {},
      () => ({ ...tape.alias(into) }),
      () => {
        const whole = this.fresh(into.layout, into.dtype, 'new_empty_strided')
        const part = this.fresh(contiguous(shape), into.dtype, 'clone')
        if (into.grad) this.done(this.fresh(contiguous(shape), into.dtype, 'zeros_like'))
        const { layout } = part
        const own: Gradient | (() => Gradient) =
          value.dtype === into.dtype
            ? { storage: part.storage, layout, dtype: into.dtype }
            : () => {
                const cast = this.copied(part, value.dtype)
                return { storage: cast.storage, layout, dtype: value.dtype }
              }
        if (!value.grad) this.done(part)
        if (!into.grad) this.done(whole)
        return [into.grad && { storage: whole.storage, layout: into.layout, dtype: into.dtype }, value.grad && own]
      },
    )
    this.done(value)
    return { ...output, layout: into.layout, isNamed: false }
  }

  /** A clamp to a range. Its gradient is selected with a mask for each bound. */
  clamp(input: Shaped, bounds: readonly ('ge' | 'le')[] = ['ge', 'le']): Shaped {
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'clamp'),
      derivatives: [
        (gradient, [saved]) => {
          const layout = preserved(saved?.layout ?? input.layout)
          const zero = this.fresh(contiguous([]), input.dtype, 'scalar_tensor')
          const masks = bounds.map((bound) => this.fresh(layout, 'bool', bound))
          const made = this.fresh(elementwise(gradient.layout, layout), input.dtype, 'where')
          this.done(zero, ...masks)
          return made
        },
      ],
    })
  }

  /** Zeros before or after each row of a dimension. Nothing is copied where there are none. */
  pad(input: Shaped, dim: number, added: number): Shaped {
    const { layout } = input
    const at = dim < 0 ? layout.shape.length + dim : dim
    const size = (layout.shape[at] ?? 1) + added
    return this.record({
      inputs: [input],
      make: () => this.fresh(padded(layout, layout.shape.with(at, size)), input.dtype, 'constant_pad_nd'),
      derivatives: [() => this.fresh(contiguous(layout.shape), input.dtype, 'constant_pad_nd')],
    })
  }

  /**
   * A concatenation. The gradient of each part is a view.
   *
   * @param whole - the size of the dimension, if not all parts are replayed
   */
  cat(inputs: readonly Shaped[], dim: number, whole?: number): Shaped {
    const [first] = inputs
    const shape = first?.layout.shape ?? []
    const at = dim < 0 ? shape.length + dim : dim
    const size = whole ?? inputs.reduce((sum, input) => sum + (input.layout.shape[at] ?? 0), 0)
    const dtype = inputs.map((input) => input.dtype).reduce(wider, 'bfloat16')
    return this.record({
      inputs,
      make: () => this.fresh(contiguous(shape.with(at, size)), dtype, 'cat'),
      derivatives: inputs.map(
        (input) => (gradient: Shaped) =>
          this.seenAs(gradient, { shape: input.layout.shape, strides: gradient.layout.strides }),
      ),
    })
  }

  /**
   * Arrays of the same shape, next to each other in a new last dimension. The gradient of each is a view.
   *
   * @param count - how many there are, if not all of them are replayed
   */
  stack(inputs: readonly Shaped[], count = inputs.length): Shaped {
    const shape = inputs[0]?.layout.shape ?? []
    return this.record({
      inputs,
      make: () => this.fresh(contiguous([...shape, count]), inputs[0]?.dtype ?? 'bfloat16', 'stack'),
      derivatives: inputs.map(
        () => (gradient: Shaped) => this.seenAs(gradient, { shape, strides: gradient.layout.strides.slice(0, -1) }),
      ),
    })
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
        () => this.fresh(contiguous([inner, columns]), one.dtype, 'mm'),
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

  #convolution(name: string, input: Shaped, cast: (parameter: Tensor) => Tensor): Shaped {
    const { layers, tape } = this
    const [batch = 1, channels = 1, length = 1] = input.layout.shape
    const weight = this.parameter(`${name}.weight`)
    const bias = this.has(`${name}.bias`) ? this.parameter(`${name}.bias`) : undefined
    const kernel = weight.layout.shape.at(-1) ?? 1
    const taken = (one: Shaped, by: (parameter: Tensor) => Tensor): Shaped =>
      layers.autocast ? { ...by(one), layout: one.layout, isNamed: false } : one
    const data = layers.autocast ? this.to(input, layers.half) : input
    const [matrix, vector] = [taken(weight, cast), bias && taken(bias, (one) => layers.castParameter(one))]
    const inputs = [data, matrix, ...(vector ? [vector] : [])]
    const layout = contiguous([batch, channels, length + kernel - 1])
    const output = tape.record(
      inputs,
      { before: [data, matrix] },
      () => this.fresh(layout, data.dtype, 'convolution'),
      () => {
        const made = inputs.map((one) =>
          one.grad ? tape.ledger.allocate(one.elements * (one.dtype === 'float32' ? 4 : 2)) : undefined,
        )
        tape.ledger.observe('convolution_backward')
        return made
      },
    )
    this.done(...inputs)
    return { ...output, layout, isNamed: false }
  }
}

export type { Layout }
