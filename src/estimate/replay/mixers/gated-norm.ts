import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'

/** A root mean square norm of states that a gate opens first, in float32 (`MambaRMSNormGated`). */
export function gatedNorm(arrays: Arrays, name: string, input: Shaped, gate: Shaped): Shaped {
  const f = new Names(arrays.tape)
  const { dtype } = input
  const weight = arrays.parameter(`${name}.weight`)
  let hidden = f.let('hidden', arrays.to(input, 'float32'))
  hidden = f.let('hidden', arrays.mul(hidden, arrays.silu(arrays.to(gate, 'float32'))))
  const variance = f.let('variance', arrays.mean(arrays.pow(hidden)))
  hidden = f.let('hidden', arrays.mul(hidden, arrays.rsqrt(arrays.shift(variance))))
  return f.returned(arrays.mul(weight, arrays.to(hidden, dtype)))
}
