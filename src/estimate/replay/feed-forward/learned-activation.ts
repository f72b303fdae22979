import { Arrays } from '../arrays/arrays.js'
import { contiguous } from '../arrays/layout.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/**
 * xIELU (Huang & Schlag 2024, arXiv:2411.13010), whose two slopes are parameters, as transformers writes it without its kernel
 * (`_xielu_python` of `activations.py`). The caller keeps the input.
 *
 * @param name - the full name of its module
 */
export function xielu(layers: Layers, name: string, input: Tensor): Tensor {
  const a = new ChoosingArrays(layers)
  const f = new Names(a.tape)
  const x = a.borrowed(input, [input.elements])
  const positive = f.let('alpha_p', a.softplus(a.parameter(`${name}.alpha_p`)))
  const negative = f.let('alpha_n', a.shift(a.softplus(a.parameter(`${name}.alpha_n`))))
  const isPositive = a.make([input.elements], 'bool', 'gt')
  const above = a.add(a.mul(a.mul(positive, x), x), a.scale(x))
  const below = a.add(a.mul(a.sub(a.expm1(a.maximum(x)), x), negative), a.scale(x))
  return f.returned(a.where(isPositive, above, below))
}

class ChoosingArrays extends Arrays {
  expm1(given: Shaped): Shaped {
    const input = this.wide(given)
    const fresh = (name: string): Shaped => this.fresh(contiguous(input.layout.shape), input.dtype, name)
    return this.record({
      inputs: [input],
      savesOutput: true,
      make: () => fresh('expm1'),
      derivatives: [
        () => {
          const shifted = fresh('add')
          const made = fresh('mul')
          this.done(shifted)
          return made
        },
      ],
    })
  }

  /** Each element from one of two arrays of the same shape and dtype. Saves the mask. */
  where(mask: Shaped, left: Shaped, right: Shaped): Shaped {
    const fresh = (): Shaped => this.fresh(contiguous(left.layout.shape), left.dtype, 'where')
    return this.record({ inputs: [left, right], saves: [mask], make: fresh, derivatives: [fresh, fresh] })
  }
}
