import type { MambaPass } from '../../../../architecture/index.js'
import type { Arrays } from '../../arrays/arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { type MambaSizes, normalise, SCANNED } from '../mamba-parts.js'
import type { MixerRun } from '../mixer-run.js'
import { causalConv } from './causal-conv.js'
import { mambaInner } from './mamba-inner.js'
import { selectiveScan } from './selective-scan.js'

/**
 * Mamba with the kernels of mamba_ssm and causal_conv1d (`cuda_kernels_forward` of `modeling_mamba.py`, `modeling_falcon_mamba.py` and
 * `modeling_jamba.py`, transformers 4.57.6). In training, one function runs the whole block, but not Jamba's, whose norms have gains.
 */
export function mambaWithKernels(
  run: MixerRun,
  pass: MambaPass,
  projected: Shaped,
  { inner, stateSize, rank }: MambaSizes,
): Shaped {
  const { arrays: a, name, cache } = run
  const f = new Names(a.tape)
  f.let('projected', projected)
  const wide = (own: string): Shaped => a.to(a.parameter(`${name}.${own}`), 'float32')
  const decay = (): Shaped => a.neg(a.exp(wide('A_log')))
  const isWhole = pass.norms !== 'modules'
  if (!cache && isWhole) {
    refuseBias(a, name)
    const inputs = { decay: decay(), direct: wide('D'), bias: wide('dt_proj.bias') }
    return f.returned(mambaInner(run, { projected: f.get('projected'), ...inputs, isNormed: pass.norms === 'unit' }))
  }
  const parts = a.split(f.get('projected'), [inner, inner], 1)
  for (const [index, part] of parts.entries()) f.let(['hidden', 'gate'][index] ?? '', part)
  if (cache) {
    const [, , tokens = 1] = projected.layout.shape
    const kernel = a.parameter(`${name}.conv1d.weight`).layout.shape.at(-1) ?? 1
    f.let('last inputs', a.pad(f.get('hidden'), -1, kernel - tokens))
  }
  f.let('hidden', causalConv(a, `${name}.conv1d`, f.get('hidden')))
  f.let('parameters', a.linear(`${name}.x_proj`, a.transpose(f.get('hidden'), 1, 2)))
  for (const [index, part] of a.split(f.get('parameters'), [rank, stateSize, stateSize]).entries())
    f.let(SCANNED[index] ?? '', part)
  normalise(run, pass, f)
  f.let('step', isWhole ? stepOfWeight(a, `${name}.dt_proj`, f.get('time step')) : stepOfLayer(a, `${name}.dt_proj`, f))
  f.let('A', decay())
  f.let('bias', isWhole ? wide('dt_proj.bias') : a.to(withoutGradient(a.parameter(`${name}.dt_proj.bias`)), 'float32'))
  const [b, c] = [a.transpose(f.get('B'), 1, 2), a.transpose(f.get('C'), 1, 2)]
  const scanned = { hidden: f.get('hidden'), step: f.get('step'), decay: f.get('A'), b, c, bias: f.get('bias') }
  // The last state is asked for in training, too, where nobody reads it.
  const keep = (state: Shaped): void => void f.let('state', state)
  f.let('scanned', selectiveScan(a, { ...scanned, direct: wide('D'), gate: f.get('gate') }, keep))
  return f.returned(a.linear(`${name}.out_proj`, a.transpose(f.get('scanned'), 1, 2)))
}

/** The weight of a projection times `[batch, rank, tokens]`; torch makes the result contiguous. */
function stepOfWeight(a: Arrays, layer: string, input: Shaped): Shaped {
  const [batch = 1, tokens = 1] = input.layout.shape
  const channels = a.parameter(`${layer}.weight`).layout.shape[0] ?? 1
  const product = a.make([batch, tokens, channels], input.dtype, 'mm')
  return a.clone(a.transpose(product, 1, 2))
}

/** The layer itself, whose bias is zeros for as long as it runs. */
function stepOfLayer(a: Arrays, layer: string, f: Names): Shaped {
  const bias = a.parameter(`${layer}.bias`)
  f.let('zeros', a.make(bias.layout.shape, bias.dtype, 'zeros_like'))
  const made = a.transpose(a.linear(layer, f.get('time step')), 1, 2)
  f.delete('zeros')
  return made
}

/** The data of a parameter. */
function withoutGradient({ grad: _, ...data }: Shaped): Shaped {
  return data
}

/** The gradient of this bias has no dimensions in `MambaInnerFn.backward`, which torch refuses. */
function refuseBias(a: Arrays, name: string): void {
  if (a.has(`${name}.out_proj.bias`))
    throw new UndescribedBlock(
      `no model for ${name} with use_bias under the kernels of mamba_ssm, whose backward pass fails with it: leave mamba_ssm out`,
    )
}
