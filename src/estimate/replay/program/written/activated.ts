import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import type { Shaped } from '../../arrays/shaped.js'
import { activation, savesOf } from '../../feed-forward/activations.js'

/** An activation function, in the memory order of its input where it is one kernel. */
export function activated(a: GroupedArrays, name: string, input: Shaped): Shaped {
  const saves = savesOf(name)
  if (saves) return a.unary(input, name, saves)
  return a.plain(input, input.layout.shape, (tensor) => activation(a.layers, name, tensor))
}
