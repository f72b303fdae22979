import type { GatedDeltaPass } from '../../../architecture/index.js'
import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { convolved } from './convolved.js'
import { deltaRule } from './delta-rule.js'
import { deltaRuleKernel, fusedGatedNorm } from './kernels/gated-delta-kernel.js'
import type { MixerRun } from './mixer-run.js'

/** A gated delta network, with the kernels that are installed (`Qwen3NextGatedDeltaNet.forward` of transformers 4.57.6). */
export function gatedDeltaNet(run: MixerRun, pass: GatedDeltaPass, input: Shaped): Shaped {
  const { arrays: a, name, cache, packages } = run
  const rule = packages.has('fla') ? deltaRuleKernel : deltaRule
  const { keyHeads, valueHeads, keyHeadDim, valueHeadDim } = pass
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  const [keys, values] = [keyHeads * keyHeadDim, valueHeads * valueHeadDim]
  f.let('qkvz', a.linear(`${name}.in_proj_qkvz`, input))
  f.let('ba', a.linear(`${name}.in_proj_ba`, input))
  separate(run, pass, f)
  const flat = ['query', 'key', 'value'].map((part) => a.reshape(f.get(part), [batch, tokens, -1]))
  for (const [index, part] of flat.entries()) f.let(QKV[index] ?? '', part)
  f.let(
    'mixed',
    a.cat(
      QKV.map((part) => f.get(part)),
      -1,
    ),
  )
  const mixed = f.let('mixed', a.transpose(f.get('mixed'), 1, 2))
  if (cache) {
    const kernel = a.parameter(`${name}.conv1d.weight`).layout.shape.at(-1) ?? 1
    cache.replace(name, 'convolution', f.let('last inputs', a.pad(mixed, -1, kernel - tokens)))
  }
  f.let('mixed', convolved(run, `${name}.conv1d`, mixed))
  const turned = f.let('mixed', a.transpose(f.get('mixed'), 1, 2))
  for (const [index, part] of a.split(turned, [keys, keys, values]).entries()) f.let(QKV[index] ?? '', part)
  for (const [part, size] of [
    ['query', keyHeadDim],
    ['key', keyHeadDim],
    ['value', valueHeadDim],
  ] as const)
    f.let(part, a.reshape(f.get(part), [batch, tokens, -1, size]))
  f.let('rate', a.sigmoid(f.get('b')))
  const decay = a.neg(a.exp(a.to(a.parameter(`${name}.A_log`), 'float32')))
  f.let('decay', a.mul(decay, a.softplus(a.add(a.to(f.get('a'), 'float32'), a.parameter(`${name}.dt_bias`)))))
  if (valueHeads > keyHeads)
    for (const part of ['query', 'key']) f.let(part, a.repeatInterleave(f.get(part), valueHeads / keyHeads, 2))
  f.let(
    'output',
    rule(
      a,
      { query: f.get('query'), key: f.get('key'), value: f.get('value'), decay: f.get('decay'), rate: f.get('rate') },
      cache &&
        ((state) => {
          f.let('state', state)
          cache.replace(name, 'recurrent', state)
        }),
    ),
  )
  const { shape } = f.get('z').layout
  f.let('output', a.reshape(f.get('output'), [-1, valueHeadDim]))
  f.let('z', a.reshape(f.get('z'), [-1, valueHeadDim]))
  const gated = packages.has('fla') ? fusedGatedNorm : normBeforeGate
  f.let('output', gated(a, `${name}.norm`, f.get('output'), f.get('z')))
  f.let('output', a.reshape(f.get('output'), shape))
  f.let('output', a.reshape(f.get('output'), [batch, tokens, -1]))
  return f.returned(f.let('projected', a.linear(`${name}.out_proj`, f.get('output'))))
}

const QKV = ['query', 'key', 'value'] as const

/** The parts of both projections, which are interleaved by key head (`fix_query_key_value_ordering`). */
function separate({ arrays: a }: MixerRun, pass: GatedDeltaPass, f: Names): void {
  const { keyHeads, valueHeads, keyHeadDim, valueHeadDim } = pass
  const [batch = 1, tokens = 1] = f.get('qkvz').layout.shape
  const own = new Names(a.tape)
  const share = valueHeads / keyHeads
  const sizes = [keyHeadDim, keyHeadDim, share * valueHeadDim, share * valueHeadDim]
  const wide = own.let('qkvz', a.reshape(f.get('qkvz'), [batch, tokens, keyHeads, -1]))
  const narrow = own.let('ba', a.reshape(f.get('ba'), [batch, tokens, keyHeads, -1]))
  for (const [index, part] of a.split(wide, sizes).entries()) own.let(['query', 'key', 'value', 'z'][index] ?? '', part)
  for (const [index, part] of a.split(narrow, [share, share]).entries()) own.let(['b', 'a'][index] ?? '', part)
  for (const part of ['value', 'z']) own.let(part, a.reshape(own.get(part), [batch, tokens, -1, valueHeadDim]))
  for (const part of ['b', 'a']) own.let(part, a.reshape(own.get(part), [batch, tokens, valueHeads]))
  for (const part of ['query', 'key', 'value', 'z', 'b', 'a']) f.let(part, own.get(part))
  own.free()
}

/** A root mean square norm whose gate comes last, in float32 (`Qwen3NextRMSNormGated`). */
export function normBeforeGate(a: Arrays, name: string, input: Shaped, gate: Shaped, isWide = false): Shaped {
  const f = new Names(a.tape)
  const { dtype } = input
  let hidden = f.let('hidden', a.to(input, 'float32'))
  const variance = f.let('variance', a.mean(a.pow(hidden)))
  hidden = f.let('hidden', a.mul(hidden, a.rsqrt(a.shift(variance))))
  const gain = a.parameter(`${name}.weight`)
  hidden = f.let('hidden', isWide ? a.mul(a.to(gain, 'float32'), hidden) : a.mul(gain, a.to(hidden, dtype)))
  hidden = f.let('hidden', a.mul(hidden, a.silu(a.to(gate, 'float32'))))
  return f.returned(a.to(hidden, dtype))
}
