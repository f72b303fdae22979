import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DecoderRun } from '../../decoder-run.js'
import { norm } from '../../norms/norms.js'
import { child, type Named } from '../../submodules.js'
import { UndescribedBlock } from '../../undescribed-block.js'

/** Cosines and sines, one for each pair of features. */
export interface Angles {
  readonly cos: Shaped
  readonly sin: Shaped
}

/** A child that has to be there. */
export function partOf(of: Named, name: string): Named {
  const found = child(of, name)
  if (found) return found
  throw new UndescribedBlock(`${of.name} has no ${name}`)
}

/** A norm with a gain. */
export function normed(run: DecoderRun, a: GroupedArrays, of: Named, name: string, input: Shaped): Shaped {
  const found = partOf(of, name)
  return a.plain(input, input.layout.shape, (tensor) => norm(run, found, tensor))
}

/** `x * rsqrt(mean(x.float() ** 2))`, without a gain (`DeepseekV4UnweightedRMSNorm`). The input has a name. */
export function unweighted(a: GroupedArrays, input: Shaped): Shaped {
  const roots = a.rsqrt(a.shift(a.mean(a.pow(a.to(input, 'float32')))))
  return a.mul(input, a.to(roots, input.dtype))
}

/** The last features of each head, rotated in pairs of neighbours in float32 (`apply_rotary_pos_emb`), behind the others. The input has a name. */
export function rotatedEnd(a: GroupedArrays, input: Shaped, { cos, sin }: Angles): Shaped {
  const f = new Names(a.tape)
  for (const [name, table] of Object.entries({ cos, sin })) {
    const last = table.layout.shape.length - 1
    f.let(name, a.unsqueeze(a.repeatInterleave(table, 2, last), 1))
  }
  const features = f.get('cos').layout.shape.at(-1) ?? 1
  const whole = input.layout.shape.at(-1) ?? features
  f.let('nope', a.slice(input, -1, whole - features))
  f.let('rope', a.slice(input, -1, features))
  const straight = a.mul(a.to(f.get('rope'), 'float32'), f.get('cos'))
  const across = a.mul(a.to(turned(a, f.get('rope')), 'float32'), f.get('sin'))
  const rotated = a.to(a.add(straight, across), input.dtype)
  return f.returned(a.cat([f.get('nope'), rotated], -1))
}

/** `rotate_half` of neighbours. */
function turned(a: GroupedArrays, input: Shaped): Shaped {
  const f = new Names(a.tape)
  const { shape } = input.layout
  const half = (shape.at(-1) ?? 2) / 2
  f.let('x1', a.slice(input, -1, half, 2))
  f.let('x2', a.slice(input, -1, half, 2))
  return f.returned(a.reshape(a.stack([a.neg(f.get('x2')), f.get('x1')]), shape))
}

/** The angles of some places of each sequence, which live under names until the caller's function returns. */
export function anglesOf(
  a: GroupedArrays,
  f: Names,
  whose: 'windows' | 'queries',
  { places, features, like }: { readonly places: readonly number[]; readonly features: number; readonly like: Shaped },
): Angles {
  const shape = [...places, features / 2]
  const freqs = a.make(shape, 'float32', 'mul')
  const wide = ['cos', 'sin'].map((name) => a.make(shape, 'float32', name))
  for (const [index, name] of ['cos', 'sin'].entries()) {
    const one = wide[index]
    if (one) f.let(`${whose} ${name}`, a.to(one, like.dtype))
  }
  a.done(freqs)
  return { cos: f.get(`${whose} cos`), sin: f.get(`${whose} sin`) }
}
