import type { Mamba2Pass } from '../../../architecture/index.js'
import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'

/** The norm and the gate between scan and output projection. */
export function gatedBy(
  arrays: Arrays,
  kind: NonNullable<Mamba2Pass['norm']>,
  norm: { readonly name: string; readonly groups: number },
  input: Shaped,
  gate: Shaped,
): Shaped {
  if (kind === 'gated') return gatedNorm(arrays, norm.name, input, gate)
  if (kind === 'groupsOfGated') return normOfGatedGroups(arrays, norm, input, gate)
  if (kind === 'gateAlone') return arrays.mul(input, arrays.silu(gate))
  return groupedNorm(arrays, kind === 'groupsBeforeGate', norm, input, gate)
}

/** A norm of groups of features, before or after the gate (`FalconH1RMSNormGated`). */
function groupedNorm(
  a: Arrays,
  isFirst: boolean,
  { name, groups }: { readonly name: string; readonly groups: number },
  input: Shaped,
  gate: Shaped,
): Shaped {
  const f = new Names(a.tape)
  const { shape } = input.layout
  const weight = a.parameter(`${name}.weight`)
  const size = weight.elements / groups
  const opened = () => a.silu(a.to(gate, 'float32'))
  let hidden = f.let('hidden', input)
  if (!isFirst) hidden = f.let('hidden', a.mul(hidden, opened()))
  hidden = f.let('hidden', a.to(hidden, 'float32'))
  hidden = f.let('hidden', a.reshape(hidden, [...shape.slice(0, -1), groups, size]))
  const variance = f.let('variance', a.mean(a.pow(hidden)))
  hidden = f.let('hidden', a.mul(hidden, a.rsqrt(a.shift(variance))))
  hidden = f.let('hidden', a.mul(a.reshape(weight, [groups, size]), hidden))
  hidden = f.let('hidden', a.reshape(hidden, shape))
  if (isFirst) hidden = f.let('hidden', a.mul(hidden, opened()))
  return f.returned(a.to(hidden, input.dtype))
}

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

/** A root mean square norm of groups of features that a gate opens first, whose gain comes last (`NemotronHRMSNormGated`). */
export function normOfGatedGroups(
  a: Arrays,
  { name, groups }: { readonly name: string; readonly groups: number },
  input: Shaped,
  gate: Shaped,
): Shaped {
  const f = new Names(a.tape)
  const { dtype, layout } = input
  const { shape } = layout
  f.let('hidden', a.to(input, 'float32'))
  f.let('hidden', a.mul(f.get('hidden'), a.silu(a.to(gate, 'float32'))))
  f.let('groups', a.reshape(f.get('hidden'), [...shape.slice(0, -1), groups, -1]))
  const variance = f.let('variance', a.mean(a.pow(f.get('groups'))))
  f.let('groups', a.mul(f.get('groups'), a.rsqrt(a.shift(variance))))
  f.let('hidden', a.reshape(f.get('groups'), shape))
  return f.returned(a.mul(a.parameter(`${name}.weight`), a.to(f.get('hidden'), dtype)))
}
