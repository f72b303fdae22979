import { contiguous } from '../arrays/layout.js'
import type { Shaped } from '../arrays/shaped.js'
import { StreamArrays } from '../arrays/stream-arrays.js'

/** Arrays with the operations of RWKV. */
export class MixingArrays extends StreamArrays {
  /** The larger of each two elements. Backward halves the gradient where both are equal. */
  larger(left: Shaped, right: Shaped): Shaped {
    const { layout, dtype } = left
    const chosen = (): Shaped => {
      const equal = this.fresh(contiguous(layout.shape), 'bool', 'eq')
      const half = this.fresh(contiguous(layout.shape), dtype, 'div')
      const made = this.fresh(contiguous(layout.shape), dtype, 'where')
      this.done(equal, half)
      const less = this.fresh(contiguous(layout.shape), 'bool', 'lt')
      this.done(less)
      return made
    }
    return this.record({
      inputs: [left, right],
      saves: [left, right],
      make: () => this.fresh(contiguous(layout.shape), dtype, 'maximum'),
      derivatives: [chosen, chosen],
    })
  }
}

/** `x * mix + shifted * (1 - mix)` */
export function mixed(a: MixingArrays, mix: string, input: Shaped, shifted: Shaped): Shaped {
  const parameter = a.parameter(mix)
  const own = a.mul(input, parameter)
  return a.add(own, a.mul(shifted, a.unary(parameter, 'rsub', 'nothing')))
}
