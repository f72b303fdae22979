import type { SolvedDeltaPass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { SolvingArrays } from '../arrays/solving-arrays.js'
import { normBeforeGate } from './gated-delta-net.js'
import { causalConv } from './kernels/causal-conv.js'
import { deltaRuleKernel } from './kernels/gated-delta-kernel.js'
import type { MixerRun } from './mixer-run.js'
import { solvedDeltaRule } from './solved-delta-rule.js'
import { keptConvolution, keptState } from './states.js'

/** A gated delta network, with the kernels that are installed (`Qwen3_5GatedDeltaNet` and `OlmoHybridGatedDeltaNet` of transformers 5.24). */
export function solvedDeltaNet(run: MixerRun, pass: SolvedDeltaPass, input: Shaped): Shaped {
  const { name, cache, run: decoder } = run
  const a = new SolvingArrays(decoder.layers)
  const { keyHeads, valueHeads, keyHeadDim, valueHeadDim } = pass
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  const [keys, values] = [keyHeads * keyHeadDim, valueHeads * valueHeadDim]
  const isSplit = pass.projections === 'separate'
  const project = (layer: string): Shaped => a.linear(`${name}.${layer}`, input)
  if (isSplit) f.let('mixed', a.transpose(a.cat(['q_proj', 'k_proj', 'v_proj'].map(project), -1), 1, 2))
  else {
    f.let('mixed', project('in_proj_qkv'))
    f.let('mixed', a.transpose(f.get('mixed'), 1, 2))
    f.let('z', a.reshape(project('in_proj_z'), [batch, tokens, -1, valueHeadDim]))
    f.let('b', project('in_proj_b'))
    f.let('a', project('in_proj_a'))
  }
  if (cache) keptConvolution(a, cache, name, f.get('mixed'))
  f.let('mixed', convolvedBy(run, a, `${name}.conv1d`, f.get('mixed'), tokens))
  if (!isSplit) f.let('mixed', a.transpose(f.get('mixed'), 1, 2))
  const turned = isSplit ? a.transpose(f.get('mixed'), 1, 2) : f.get('mixed')
  const names = ['query', 'key', 'value'] as const
  for (const [index, part] of a.split(turned, [keys, keys, values]).entries()) f.let(names[index] ?? '', part)
  for (const part of names)
    f.let(part, a.reshape(f.get(part), [batch, tokens, -1, part === 'value' ? valueHeadDim : keyHeadDim]))
  f.let('rate', a.sigmoid(isSplit ? project('b_proj') : f.get('b')))
  if (pass.doublesRate) f.let('rate', a.scale(f.get('rate')))
  const decay = a.neg(a.exp(a.to(a.parameter(`${name}.A_log`), 'float32')))
  const step = a.to(isSplit ? project('a_proj') : f.get('a'), 'float32')
  f.let('decay', a.mul(decay, a.softplus(a.add(step, a.parameter(`${name}.dt_bias`)))))
  const given = { query: f.get('query'), key: f.get('key'), value: f.get('value') }
  const keep = cache && ((state: Shaped) => f.let('state', state))
  const rule = run.packages.has('fla') ? deltaRuleKernel : solvedDeltaRule
  f.let('output', rule(a, { ...given, decay: f.get('decay'), rate: f.get('rate') }, keep))
  if (cache) keptState(a, cache, name, f.get('state'))
  const [norm, gate, last] = isSplit ? (['o_norm', 'gate', 'o_proj'] as const) : (['norm', 'z', 'out_proj'] as const)
  if (isSplit) f.let('gate', project('g_proj'))
  f.let('output', a.reshape(f.get('output'), [-1, valueHeadDim]))
  f.let(gate, a.reshape(f.get(gate), [-1, valueHeadDim]))
  f.let('output', normBeforeGate(a, `${name}.${norm}`, f.get('output'), f.get(gate), pass.norm === 'float32'))
  f.let('output', a.reshape(f.get('output'), [batch, tokens, -1]))
  const projected = a.linear(`${name}.${last}`, f.get('output'))
  return f.returned(f.let(isSplit ? 'output' : 'projected', projected))
}

/** `causal_conv1d_fn`, in the kernel of causal_conv1d if that is installed. */
export function convolvedBy(
  { packages }: MixerRun,
  a: SolvingArrays,
  name: string,
  input: Shaped,
  tokens: number,
): Shaped {
  return packages.has('causal_conv1d') ? causalConv(a, name, input) : convolved(a, name, input, tokens)
}

/** `causal_conv1d_fn`: a convolution of each channel, without what it makes of the padding, and an activation. */
function convolved(a: SolvingArrays, name: string, input: Shaped, tokens: number): Shaped {
  const f = new Names(a.tape)
  const { dtype } = input
  const weight = a.parameter(`${name}.weight`)
  f.let('out', a.slice(a.depthwiseConv(name, a.to(input, weight.dtype)), -1, tokens))
  f.let('out', a.silu(f.get('out')))
  return f.returned(a.to(f.get('out'), dtype))
}
