import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'

/** How two arrays are rotated: pairs of neighbours or of halves, and the dimension of their heads. */
interface Rotating {
  readonly isInterleaved: boolean
  readonly heads: 1 | 2
}

/** Rotates two arrays in place of their names (`apply_rotary_pos_emb`, `apply_rotary_pos_emb_interleave` of transformers 5). */
export function rotateBoth(
  { tables, forward, options }: DecoderRun,
  a: Arrays,
  f: Names,
  names: readonly [string, string],
  { isInterleaved, heads }: Rotating,
): void {
  const { rotation } = forward
  if (!tables || !rotation) return
  const own = new Names(a.tape)
  const { features } = rotation
  const wide = [1, options.sequence, features].toSpliced(heads, 0, 1)
  for (const [name, table] of [
    ['cos', tables.cos],
    ['sin', tables.sin],
  ] as const) {
    const whole = a.borrowed(table, wide)
    own.let(name, isInterleaved ? a.slice(whole, -1, features / 2) : a.reshape(whole, wide))
  }
  const rotate = isInterleaved ? neighbours : halves
  if (isInterleaved) for (const name of names) evenAndOdd(a, own, name, f.get(name))
  for (const name of names) own.let(`${name} embedded`, rotate(a, own, name, f.get(name)))
  for (const name of names) f.let(name, own.get(`${name} embedded`))
  own.free()
}

function evenAndOdd(a: Arrays, own: Names, name: string, input: Shaped): void {
  const half = (input.layout.shape.at(-1) ?? 2) / 2
  for (const place of ['even', 'odd']) own.let(`${name} ${place}`, a.slice(input, -1, half, 2))
}

function neighbours(a: Arrays, own: Names, name: string): Shaped {
  const [even, odd, cos, sin] = [own.get(`${name} even`), own.get(`${name} odd`), own.get('cos'), own.get('sin')]
  const first = a.sub(a.mul(even, cos), a.mul(odd, sin))
  return a.cat([first, a.add(a.mul(odd, cos), a.mul(even, sin))], -1)
}

function halves(a: Arrays, own: Names, _: string, input: Shaped): Shaped {
  return rotatedByHalves(a, input, own.get('cos'), own.get('sin'))
}

/** `x * cos + rotate_half(x) * sin`. */
export function rotatedByHalves(a: Arrays, input: Shaped, cos: Shaped, sin: Shaped): Shaped {
  const size = (input.layout.shape.at(-1) ?? 2) / 2
  const straight = a.mul(input, cos)
  const inner = new Names(a.tape)
  inner.let('first', a.slice(input, -1, size))
  inner.let('second', a.slice(input, -1, size))
  const turned = inner.returned(a.cat([a.neg(inner.get('second')), inner.get('first')], -1))
  return a.add(straight, a.mul(turned, sin))
}
