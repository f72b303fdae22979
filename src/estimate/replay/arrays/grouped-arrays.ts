import { DTYPE_BYTES } from '../dtype.js'
import type { Gradient } from '../tape.js'
import { Arrays } from './arrays.js'
import { contiguous } from './layout.js'
import { preserved, type Shaped, wider } from './shaped.js'

/** Arrays with the operations of routers and of experts that compute all at once. */
export class GroupedArrays extends Arrays {
  /** The product of rows with a matrix of `[out, in]` that belongs to no linear layer. */
  rowProduct(input: Shaped, weight: Shaped, outFeatures: number, autocast = true): Shaped {
    const output = this.layers.product(input, weight, outFeatures, autocast && this.layers.autocast)
    this.done(input, weight)
    return this.of(output, [input.layout.shape[0] ?? 1, outFeatures])
  }

  /** The largest numbers of each row. Their gradient is scattered into zeros. */
  topk(input: Shaped, count: number): { values: Shaped; indices: Shaped } {
    const shape = input.layout.shape.with(-1, count)
    const indices = { ...this.make(shape, 'int64', 'topk'), isNamed: true }
    const values = this.record({
      inputs: [input],
      saves: [indices],
      make: () => this.fresh(contiguous(shape), input.dtype, 'topk'),
      derivatives: [() => this.fresh(contiguous(input.layout.shape), input.dtype, 'scatter')],
    })
    return { values, indices: { ...indices, isNamed: false } }
  }

  /** The largest number of each row, which is kept. Its gradient is scattered into a copy of zeros. */
  largest(input: Shaped): Shaped {
    const { layout, dtype } = input
    const one = layout.shape.with(-1, 1)
    const places = { ...this.make(one, 'int64', 'max'), isNamed: true }
    const made = this.record({
      inputs: [input],
      saves: [places],
      make: () => this.fresh(contiguous(one), dtype, 'max'),
      derivatives: [
        () => {
          const zeros = this.fresh(contiguous(layout.shape), dtype, 'zeros')
          const scattered = this.fresh(contiguous(layout.shape), dtype, 'scatter')
          this.done(zeros)
          return scattered
        },
      ],
    })
    this.tape.free(places)
    return made
  }

  /** The numbers at some places of each row. */
  gather(input: Shaped, indices: Shaped): Shaped {
    return this.record({
      inputs: [input],
      saves: [input, indices],
      make: () => this.fresh(contiguous(indices.layout.shape), input.dtype, 'gather'),
      derivatives: [
        () => {
          const zeros = this.fresh(contiguous(input.layout.shape), input.dtype, 'new_zeros')
          const made = this.fresh(contiguous(input.layout.shape), input.dtype, 'scatter_add')
          this.done(zeros)
          return made
        },
      ],
    })
  }

  /** The parts of the first dimension. Their gradients are stacked. */
  unbind(input: Shaped): Shaped[] {
    const [count = 1, ...shape] = input.layout.shape
    const rows = this.split(
      input,
      Array.from({ length: count }, () => 1),
      0,
    )
    return rows.map((row) => this.reshape(row, shape))
  }

  /** A quotient in place. Saves a copy of the numerator, and the denominator. */
  divideInPlace(input: Shaped, by: Shaped): Shaped {
    const { layout, dtype } = input
    const saves = by.grad || input.grad ? [this.fresh(preserved(layout), dtype, 'clone'), by] : []
    return this.#quotient(input, by, saves, () => this.seenAs(input, layout))
  }

  /** The product with whole numbers that have no gradient, or the quotient, in the dtype of the first array. It saves the numbers. */
  byNumbers(input: Shaped, numbers: Shaped, name: 'mul' | 'div'): Shaped {
    const { layout, dtype } = input
    const fresh = (): Shaped => this.fresh(preserved(layout), dtype, name)
    return this.record({
      inputs: [input, numbers],
      saves: input.grad ? [numbers] : [],
      make: fresh,
      derivatives: [fresh],
    })
  }

  /** A quotient in a new array. */
  override divide(input: Shaped, by: Shaped): Shaped {
    const { layout } = input
    const dtype = wider(input.dtype, by.dtype)
    const saves = by.grad || input.grad ? [input, by] : []
    return this.#quotient(input, by, saves, () => this.fresh(preserved(layout), dtype, 'div'))
  }

  /** The gradient of the denominator comes first (`DivBackward0`). */
  #quotient(input: Shaped, by: Shaped, saves: readonly Shaped[], make: () => Shaped): Shaped {
    const like = preserved(input.layout)
    return this.record({
      inputs: [by, input],
      saves,
      make,
      derivatives: [
        (gradient) => {
          const steps = ['div', 'div', 'neg'].map((name) => this.fresh(like, gradient.dtype, name))
          const made = this.fresh(like, gradient.dtype, 'mul')
          this.done(...steps)
          return made
        },
        (gradient) => this.fresh(like, gradient.dtype, 'div'),
      ],
    })
  }

  /** The sum of the absolute numbers of each row (`torch.norm` with `p=1`). */
  norm1(input: Shaped): Shaped {
    const { layout, dtype } = input
    return this.record({
      inputs: [input],
      saves: [input],
      savesOutput: true,
      make: () => this.fresh(contiguous(layout.shape.with(-1, 1)), dtype, 'linalg_vector_norm'),
      derivatives: [
        () => {
          const sign = this.fresh(preserved(layout), dtype, 'sgn')
          const made = this.fresh(preserved(layout), dtype, 'mul')
          this.done(sign)
          return made
        },
      ],
    })
  }

  /** A softmax over the last dimension. On CUDA its backward first multiplies gradient and output. */
  softmax(input: Shaped): Shaped {
    const { layout, dtype } = input
    return this.record({
      inputs: [input],
      savesOutput: true,
      make: () => this.fresh(contiguous(layout.shape), dtype, '_softmax'),
      derivatives: [
        () => {
          const made = this.fresh(contiguous(layout.shape), dtype, '_softmax_backward_data')
          this.tape.ledger.observe('_softmax_backward_data', input.elements * DTYPE_BYTES[dtype])
          return made
        },
      ],
    })
  }

  /** A log-softmax over the last dimension, in float32. CUDA turns float16 (and only that) to float32 inside the kernel. */
  logSoftmax(given: Shaped): Shaped {
    const input = given.dtype === 'float16' ? given : this.to(given, 'float32')
    const layout = contiguous(input.layout.shape)
    return this.record({
      inputs: [input],
      savesOutput: true,
      make: () => this.fresh(layout, 'float32', '_log_softmax'),
      derivatives: [() => this.fresh(layout, input.dtype, '_log_softmax_backward_data')],
    })
  }

  /** `glu`: the first half of a dimension times the sigmoid of the other. */
  gatedHalves(input: Shaped, dim: number): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => this.fresh(contiguous(shape.with(dim, (shape[dim] ?? 2) / 2)), input.dtype, 'glu'),
      derivatives: [() => this.fresh(contiguous(shape), input.dtype, 'glu_backward')],
    })
  }

  /**
   * Rows at some places of the first dimension. Their gradient goes into zeros as large as the whole, and into a copy of those.
   *
   * @param to - the shape of the rows, if the places are in other dimensions
   */
  index(input: Shaped, places: Shaped, to?: readonly number[]): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      saves: [places],
      make: () => this.fresh(contiguous(to ?? [places.elements, ...shape.slice(1)]), input.dtype, 'index'),
      derivatives: [
        () => {
          const zeros = this.fresh(contiguous(shape), input.dtype, 'new_zeros')
          const made = this.fresh(contiguous(shape), input.dtype, 'index_put')
          this.done(zeros)
          return made
        },
      ],
    })
  }

  /** Elements of a dimension by their places (`index_select`). Their gradient is added to zeros, in a copy. */
  indexSelect(input: Shaped, dim: number, places: Shaped): Shaped {
    const { layout, dtype } = input
    return this.record({
      inputs: [input],
      saves: [places],
      make: () => this.fresh(contiguous(layout.shape.with(dim, places.elements)), dtype, 'index_select'),
      derivatives: [
        () => {
          const zeros = this.fresh(contiguous(layout.shape), dtype, 'new_zeros')
          const made = this.fresh(contiguous(layout.shape), dtype, 'index_add')
          this.done(zeros)
          return made
        },
      ],
    })
  }

  /** Rows written to places of zeros, in place. Their gradient is selected. */
  indexCopy(zeros: Shaped, rows: Shaped, places: Shaped): Shaped {
    return this.record({
      inputs: [zeros, rows],
      saves: [places, rows],
      make: () => this.seenAs(zeros, zeros.layout),
      derivatives: [undefined, () => this.fresh(contiguous(rows.layout.shape), rows.dtype, 'index_select')],
    })
  }

  /**
   * The product of each group of rows with its own matrix, which all are in one parameter (`torch.nn.functional.grouped_mm`). The
   * gradient of the matrices comes first.
   */
  groupedProduct(input: Shaped, matrices: Shaped, ends: Shaped, outFeatures: number): Shaped {
    const { shape } = input.layout
    const given = this.to(input, matrices.dtype)
    const { tape } = this
    const output = tape.record(
      [given, matrices],
      { before: [...(matrices.grad ? [given] : []), ...(given.grad ? [matrices] : []), ends] },
      () => this.fresh(contiguous([shape[0] ?? 1, outFeatures]), matrices.dtype, '_grouped_mm'),
      () => {
        const made = (one: Shaped): Gradient => {
          const { storage, layout } = this.fresh(contiguous(one.layout.shape), one.dtype, '_grouped_mm')
          return { storage, layout, dtype: one.dtype }
        }
        const forMatrices = matrices.grad && made(matrices)
        return [given.grad && made(given), forMatrices]
      },
    )
    const layout = contiguous([shape[0] ?? 1, outFeatures])
    this.done(given)
    return { ...output, layout, isNamed: false }
  }
}
