import { GroupedArrays } from './grouped-arrays.js'
import { contiguous, isContiguous } from './layout.js'
import { preserved, type Shaped } from './shaped.js'

/**
 * Arrays whose elements masks of the same shape select. CUDA holds the places of what a mask selects on each axis, 8 bytes each, while it reads or
 * writes them, and makes a mask contiguous to find them (`Nonzero.cu` of torch 2.11; an H100 has the same peaks).
 */
export class MaskedArrays extends GroupedArrays {
  /** The elements that a mask selects, in one row. Their gradient is added to zeros, for which CUDA sorts the places (`Indexing.cu`). */
  chosen(input: Shaped, mask: Shaped, count: number): Shaped {
    const { layout, dtype } = input
    return this.record({
      inputs: [input],
      saves: [mask],
      make: () => {
        const places = this.#places(mask, count)
        const made = this.fresh(contiguous([count]), dtype, 'index')
        this.done(places)
        return made
      },
      derivatives: [
        () => {
          const zeros = this.fresh(contiguous(layout.shape), dtype, 'new_zeros')
          const places = this.#places(mask, count)
          const order = this.make([SORTED, count], 'int64', 'index_put')
          this.done(places, order)
          return zeros
        },
      ],
    })
  }

  /** Elements that a mask selects set to values, in place. */
  fill(into: Shaped, mask: Shaped, values: Shaped): Shaped {
    const { layout, dtype } = into
    const { elements: count } = values
    return this.record({
      inputs: [into, values],
      saves: [mask],
      make: () => {
        this.done(this.#places(mask, count))
        return this.seenAs(into, layout)
      },
      derivatives: [
        () => {
          const zeros = this.fresh(contiguous([count]), dtype, 'zeros')
          const whole = this.fresh(preserved(layout), dtype, 'index_put')
          this.done(this.#places(mask, count), zeros)
          return whole
        },
        () => {
          const places = this.#places(mask, count)
          const made = this.fresh(contiguous([count]), dtype, 'index')
          this.done(places)
          return made
        },
      ],
    })
  }

  #places({ layout }: Shaped, count: number): Shaped {
    const copy = isContiguous(layout) ? undefined : this.make(layout.shape, 'bool', 'contiguous')
    const places = this.make([layout.shape.length, count], 'int64', 'nonzero')
    this.done(copy)
    return places
  }
}

/** The places of elements in one number, the same sorted, and the order of them. */
const SORTED = 3
