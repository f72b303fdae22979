import { GroupedArrays } from './grouped-arrays.js'
import { contiguous } from './layout.js'
import { preserved, type Shaped } from './shaped.js'

/** Arrays with what ranks do that have experts of their own. */
export class DispatchArrays extends GroupedArrays {
  /** Rows that ranks send each other, as many as they get. So do the gradients. */
  exchange(rows: Shaped): Shaped {
    const layout = contiguous(rows.layout.shape)
    const { dtype } = rows
    return this.record({
      inputs: [rows],
      make: () => this.fresh(layout, dtype, 'all_to_all_single'),
      derivatives: [() => this.fresh(layout, dtype, 'all_to_all_single')],
    })
  }

  /** Rows written to their places in a new array, in place. */
  placed(rows: Shaped, places: Shaped): Shaped {
    const layout = contiguous(rows.layout.shape)
    const { dtype } = rows
    return this.record({
      inputs: [rows],
      saves: [places],
      make: () => this.fresh(layout, dtype, 'empty_like'),
      derivatives: [() => this.fresh(layout, dtype, 'index')],
    })
  }

  /** Zeros where a mask says so, in place or in a copy. So is the gradient, in a copy. */
  masked(input: Shaped, mask: Shaped, way: 'in place' | 'copy'): Shaped {
    const { layout, dtype } = input
    const copy = (): Shaped => this.fresh(preserved(layout), dtype, 'masked_fill')
    return this.record({
      inputs: [input],
      saves: input.grad ? [mask] : [],
      make: way === 'copy' ? copy : () => this.seenAs(input, layout),
      derivatives: [copy],
    })
  }
}
