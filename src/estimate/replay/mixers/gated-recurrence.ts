import type { GatedRecurrencePass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { activate } from '../feed-forward/activations.js'
import type { PartBytes } from '../memory-ledger.js'
import { foldedLoop } from './folded-loop.js'
import type { LeftStates } from './left-states.js'
import type { MixerRun } from './mixer-run.js'
import { RecurrenceArrays } from './recurrence-arrays.js'

/**
 * Griffin's recurrent block (`RecurrentGemmaRecurrentBlock` of `modeling_recurrent_gemma.py`, transformers 5.24): a convolution and a gated
 * linear recurrence, beside a gate. Its module keeps the last state, in training too.
 */
export function gatedRecurrence({ run, name, cache }: MixerRun, _pass: GatedRecurrencePass, input: Shaped): Shaped {
  const a = new RecurrenceArrays(run.layers)
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  const y = f.let('y', a.linear(`${name}.linear_y`, input))
  f.let(
    'y',
    a.plain(y, y.layout.shape, (tensor) => activate(run, tensor)),
  )
  run.left?.drop(name)
  const computed = <Result>(compute: () => Result): Result => (run.left ? run.left.compute(name, compute) : compute())
  const x = f.let(
    'x',
    computed(() => a.transpose(a.linear(`${name}.linear_x`, input), 1, 2)),
  )
  if (cache) {
    const kernel = a.parameter(`${name}.conv_1d.weight`).layout.shape.at(-1) ?? 1
    f.let('state', a.make([batch, x.layout.shape[1] ?? 1], 'float32', 'zeros'))
    f.let('last inputs', a.pad(x, -1, kernel - tokens - 1))
  }
  computed(() => {
    f.let('x', a.slice(a.depthwiseConv(`${name}.conv_1d`, x), -1, tokens))
    f.let('x', recurrence(a, { name, left: run.left }, a.transpose(f.get('x'), 1, 2), f))
  })
  run.left?.keep(name, f.get('last'))
  const hidden = f.let('hidden', a.mul(f.get('x'), f.get('y')))
  const output = a.linear(`${name}.linear_out`, hidden)
  cache?.replace(name, 'convolution', f.get('last inputs'))
  cache?.replace(name, 'recurrent', f.get('last'))
  return f.returned(output)
}

/** `RecurrentGemmaRglru.forward`, for sequences that all begin at their first token. */
function recurrence(
  a: RecurrenceArrays,
  { name, left }: { readonly name: string; readonly left: LeftStates | undefined },
  activations: Shaped,
  outer: Names,
): Shaped {
  const f = new Names(a.tape)
  const given = f.let('activations', activations)
  const [batch = 1, tokens = 1, width = 1] = given.layout.shape
  const unit = `${name}.rg_lru`
  const [heads = 1, block = 1] = a.parameter(`${unit}.input_gate_weight`).layout.shape
  f.let('reset', a.make([1, tokens, 1], 'bool', 'eq'))
  const continued = (): Shaped => a.make([1, tokens, 1], 'bool', 'bitwise_not')
  f.let('blocks', a.permute(a.reshape(given, [batch * tokens, heads, block]), [1, 0, 2]))
  for (const gate of ['input_gate', 'recurrent_gate']) {
    const made = f.let('made', a.blockProduct(f.get('blocks'), `${unit}.${gate}`))
    f.let(gate, a.sigmoid(a.reshape(a.transpose(made, 0, 1), [batch, tokens, width])))
  }
  const rate = a.softplus(a.parameter(`${unit}.recurrent_param`))
  const logarithm = f.let('logarithm', a.mul(a.scale(f.get('recurrent_gate')), rate))
  f.let('recurrent_gate', a.exp(logarithm))
  const square = f.let('square', a.exp(a.scale(logarithm)))
  f.let('gated', a.mul(given, f.get('input_gate')))
  f.let('multiplier', a.boundedRoot(a.unary(square, 'rsub', 'nothing')))
  f.let('multiplier', a.add(f.get('reset'), a.mul(continued(), f.get('multiplier'))))
  const normalised = f.let('normalised', a.mul(f.get('gated'), a.to(f.get('multiplier'), given.dtype)))
  const s = new Names(a.tape)
  const gate = s.let('gate', a.mul(f.get('recurrent_gate'), continued()))
  if (outer.has('state')) s.let('state', outer.get('state'))
  else s.let('state', a.make([batch, width], 'float32', 'zeros'))
  s.let('states', a.zerosLike(normalised))
  const { ledger } = a.tape
  let around: [PartBytes, PartBytes] = [{ ...ledger.now }, { ...ledger.now }]
  const iterate = (): void => {
    const before = { ...ledger.now }
    s.let('state', a.mul(a.to(a.select(gate, 1), 'float32'), s.get('state')))
    s.let('state', a.add(s.get('state'), a.to(a.select(normalised, 1), 'float32')))
    s.let('states', a.assign(s.get('states'), a.to(s.get('state'), normalised.dtype)))
    around = [before, { ...ledger.now }]
  }
  foldedLoop(a.tape, tokens, iterate, (count) => left?.omit(name, count, around))
  outer.let('last', s.get('state'))
  // The module has held the state before until now.
  outer.delete('state')
  const states = s.returned(s.get('states'))
  f.free()
  return states
}
