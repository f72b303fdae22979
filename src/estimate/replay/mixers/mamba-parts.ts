import type { MambaPass } from '../../../architecture/index.js'
import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { norm } from '../norms/norms.js'
import { child, outFeatures } from '../submodules.js'
import { UndescribedBlock } from '../undescribed-block.js'
import type { MixerRun } from './mixer-run.js'

/** What the small projection of a Mamba block has, in its order. */
export const SCANNED = ['time step', 'B', 'C'] as const

export interface MambaSizes {
  /** Channels inside the block. */
  readonly inner: number
  readonly stateSize: number
  /** Of the projection of the time step. */
  readonly rank: number
}

/** The sizes of a block, from its input projection and its parameters. */
export function sizesOf({ arrays, block, name }: MixerRun, projected: Shaped): MambaSizes {
  const inner = (projected.layout.shape[1] ?? 2) / 2
  const stateSize = arrays.parameter(`${name}.A_log`).elements / inner
  return { inner, stateSize, rank: outFeatures(child(block, 'x_proj')) - 2 * stateSize }
}

/** Norms of the time step and the matrices, which some families add. */
export function normalise({ arrays: a, run, block }: MixerRun, { norms }: MambaPass, f: Names): void {
  if (norms === 'none') return
  if (norms === 'unit') {
    for (const part of ['B', 'C', 'time step']) f.let(part, unitNorm(a, f.get(part)))
    return
  }
  for (const [part, name] of [
    ['time step', 'dt_layernorm'],
    ['B', 'b_layernorm'],
    ['C', 'c_layernorm'],
  ] as const) {
    const module = child(block, name)
    if (!module) throw new UndescribedBlock(`${block.name} has no ${name}`)
    const given = f.get(part)
    f.let(
      part,
      a.plain(given, given.layout.shape, (tensor) => norm(run, module, tensor)),
    )
  }
}

/** A root mean square norm without a gain (`rms_forward` of Falcon Mamba). */
function unitNorm(a: Arrays, input: Shaped): Shaped {
  const f = new Names(a.tape)
  const wide = f.let('hidden', a.to(input, 'float32'))
  const variance = f.let('variance', a.mean(a.pow(wide)))
  const normal = f.let('hidden', a.mul(wide, a.rsqrt(a.shift(variance))))
  return f.returned(a.to(normal, input.dtype))
}
