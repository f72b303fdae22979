import type { GatedAttention, SpeechBias } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { biasedKernel } from './biased-kernel.js'
import { linearOfRows, productOfRows } from './linear-of-rows.js'
import type { WrittenRun } from './written-run.js'

/** `WavLMAttention.compute_bias` of `modeling_wavlm.py` (transformers 4.57.6), repeated for all sequences. The places are computed on the CPU. */
export function speechBias(run: WrittenRun, { heads, steps }: SpeechBias): Shaped {
  const { arrays: a, names: f, batch, named } = run
  const [length = 1] = run.shape(steps)
  const inner = new Names(a.tape)
  const places = inner.let('places', a.make([length, length], 'int64', 'to'))
  const values = inner.returned(a.permute(a.lookup(named('rel_attn_embed'), places), [2, 0, 1]))
  f.let('bias', values)
  f.let('bias', a.reshape(a.repeat(a.unsqueeze(f.get('bias'), 0), batch), [batch * heads, length, length]))
  return f.returned(f.get('bias'))
}

/** `WavLMAttention.forward`, with torch's `multi_head_attention_forward` (torch 2.11), which reads the weights of the projections itself. */
export function gatedAttention(run: WrittenRun, { heads, steps }: GatedAttention): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const [length = 1] = run.shape(steps)
  const hidden = given('hidden', [batch, length, -1])
  const features = hidden.layout.shape[2] ?? 1
  const bias = given('bias', [batch * heads, length, length])
  f.let('split', a.permute(a.reshape(hidden, [batch, length, heads, -1]), [0, 2, 1, 3]))
  f.let('share', linearOfRows(a, named('gru_rel_pos_linear'), f.get('split')))
  f.let('share', a.sum(a.reshape(f.get('share'), [batch, heads, length, 2, 4]), [-1]))
  const [gate, other] = a.split(a.sigmoid(f.get('share')), [1, 1])
  if (!gate || !other) throw new Error('there are two gates')
  f.let('gate', gate)
  f.let('other', other)
  const inner = a.shift(a.mul(f.get('other'), a.parameter(named('gru_rel_pos_const'))))
  f.let('gates', a.shift(a.mul(f.get('gate'), inner)))
  f.let('gated', a.mul(a.reshape(f.get('gates'), [batch * heads, length, 1]), bias))
  const projections = ['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((name) => projection(run, name))
  const g = new Names(a.tape)
  const [shifts] = [
    a.cat(
      projections.slice(0, 3).map(({ bias: shift }) => shift),
      0,
    ),
  ]
  g.let('shifts', shifts)
  const parts = a.split(g.get('shifts'), [features, features, features], 0)
  const rows = a.transpose(hidden, 0, 1)
  g.let('rows', rows)
  for (const [index, part] of parts.entries()) g.let(`shift${index}`, part)
  for (const index of [0, 1, 2]) {
    const { weight } = projections[index] ?? projection(run, 'q_proj')
    g.let(`in${index}`, productOfRows(a, g.get('rows'), weight, g.get(`shift${index}`), false))
  }
  for (const index of [0, 1, 2])
    g.let(`in${index}`, a.transpose(a.reshape(g.get(`in${index}`), [length, batch * heads, -1]), 0, 1))
  for (const index of [0, 1, 2]) g.let(`in${index}`, a.reshape(g.get(`in${index}`), [batch, heads, length, -1]))
  const mask = a.reshape(f.get('gated'), [batch, heads, length, length])
  g.let('mask', mask)
  g.let('out', biasedKernel(run, g.get('in0'), g.get('in1'), g.get('in2'), g.get('mask')))
  g.let('out', a.reshape(a.contiguous(a.permute(g.get('out'), [2, 0, 1, 3])), [batch * length, features]))
  const { weight, bias: shift } = projections[3] ?? projection(run, 'out_proj')
  g.let('out', productOfRows(a, g.get('out'), weight, shift))
  const out = g.returned(a.reshape(g.get('out'), [length, batch, features]))
  return f.returned(a.transpose(out, 0, 1))
}

/** The parameters of a projection. An adapter on it would have no effect. */
function projection({ arrays: a, named }: WrittenRun, name: string): { weight: Shaped; bias: Shaped } {
  const module = named(name)
  const [weight, bias] = [a.parameter(`${module}.weight`), a.parameter(`${module}.bias`)]
  if (a.layers.weights.adapter(module))
    throw new UndescribedBlock(
      `an adapter on ${module} has no effect: WavLM's attention reads the weight of this layer itself; name other \`targetModules\`, such as "intermediate_dense"`,
    )
  if (weight.storedAs)
    throw new UndescribedBlock(
      `WavLM's attention reads the weight of ${module} itself, which does not work with packed weights: pass \`quantization: 'none'\``,
    )
  return { weight, bias }
}
