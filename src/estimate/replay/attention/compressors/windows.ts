import type { CompressorAttention } from '../../../../architecture/index.js'
import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DecoderRun } from '../../decoder-run.js'
import type { Named } from '../../submodules.js'
import { anglesOf, normed, rotatedEnd } from './parts.js'

/** What a compressor reads. */
export interface Compressing {
  readonly hidden: Shaped
  /** The narrow vector that queries come from. */
  readonly narrow: Shaped
  readonly attention: CompressorAttention
}

/** How tokens are joined to windows. */
export interface Windows {
  readonly rate: number
  readonly overlaps: boolean
}

/** The rotated vector of each window, `[batch, windows, features]`. Its projections and what comes of them have names in the caller's function. */
export function windows(
  run: DecoderRun,
  a: GroupedArrays,
  f: Names,
  block: Named,
  { hidden, attention }: Compressing,
  { rate, overlaps }: Windows,
): Shaped {
  const { batch, sequence, cache } = run.options
  const count = Math.floor(sequence / rate)
  for (const name of ['kv', 'gate']) f.let(name, a.linear(`${block.name}.${name}_proj`, hidden))
  if (cache) for (const name of ['kv', 'gate']) kept(a, f.get(name))
  const width = f.get('kv').layout.shape.at(-1) ?? 1
  const features = overlaps ? width / 2 : width
  if (count === 0) return a.make([batch, 0, features], f.get('kv').dtype, 'new_zeros')
  for (const name of ['kv', 'gate']) f.let(`chunk ${name}`, a.slice(f.get(name), 1, count * rate))
  const shape = [batch, count, rate, width]
  f.let('chunk kv', a.reshape(f.get('chunk kv'), shape))
  f.let('chunk gate', a.add(a.reshape(f.get('chunk gate'), shape), a.parameter(`${block.name}.position_bias`)))
  const names = overlaps ? overlapping(a, f, { batch, count, rate, features, cache }) : ['chunk kv', 'chunk gate']
  const [kv, gate] = names.map((name) => f.get(name))
  if (!kv || !gate) throw new Error('a compressor has values and gates')
  const shares = a.to(a.softmax(a.to(gate, 'float32')), kv.dtype)
  f.let('windows', normed(run, a, block, 'kv_norm', a.sum(a.mul(kv, shares), [2])))
  f.let('positions', a.make([count], 'int64', 'add'))
  const angles = anglesOf(a, f, 'windows', {
    places: [batch, count],
    features: attention.rotatedFeatures,
    like: f.get('windows'),
  })
  const one = new Names(a.tape)
  one.let('whole', a.unsqueeze(f.get('windows'), 1))
  f.let('windows', one.returned(a.squeeze(rotatedEnd(a, one.get('whole'), angles), 1)))
  if (cache) kept(a, f.get('windows'))
  return f.get('windows')
}

/** Each window beside the first half of the one before it. */
function overlapping(
  a: GroupedArrays,
  f: Names,
  {
    batch,
    count,
    rate,
    features,
    cache,
  }: {
    readonly batch: number
    readonly count: number
    readonly rate: number
    readonly features: number
    readonly cache: boolean
  },
): string[] {
  const shape = [batch, count, 2 * rate, features]
  const names = ['kv', 'gate'] as const
  for (const name of names) f.let(`new ${name}`, a.make(shape, f.get(`chunk ${name}`).dtype, 'new_zeros'))
  for (const name of names)
    f.let(`new ${name}`, a.assign(f.get(`new ${name}`), a.slice(f.get(`chunk ${name}`), -1, features)))
  if (count > 1)
    for (const name of names) {
      const before = a.slice(a.slice(f.get(`chunk ${name}`), 1, count - 1), -1, features)
      f.let(`new ${name}`, a.assign(f.get(`new ${name}`), before))
    }
  if (cache) for (const name of names) keptPart(a, [batch, rate, features], f.get(`chunk ${name}`))
  return ['new kv', 'new gate']
}

/** Has the cache hold an array. */
function kept(a: GroupedArrays, array: Shaped): void {
  a.tape.ledger.rebook(a.tape.alias(array).storage, 'kvCache')
}

function keptPart(a: GroupedArrays, shape: readonly number[], { dtype }: Shaped): void {
  a.tape.ledger.rebook(a.make(shape, dtype, 'clone').storage, 'kvCache')
}
