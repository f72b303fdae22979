import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `DebertaLayerNorm.forward` of `modeling_deberta.py` (transformers 4.57.6). */
export function wideNorm({ arrays: a, names: f, batch, tokens, named, given }: WrittenRun): Shaped {
  const input = given('x', [batch, tokens, -1])
  const wide = f.let('x', a.to(input, 'float32'))
  f.let('mean', a.mean(wide))
  f.let('variance', a.mean(a.pow(a.sub(wide, f.get('mean')))))
  const centred = a.sub(wide, f.get('mean'))
  f.let('x', a.divide(centred, a.unary(a.shift(f.get('variance')), 'sqrt', 'output')))
  f.let('x', a.to(f.get('x'), input.dtype))
  return f.returned(a.add(a.mul(a.parameter(named('weight')), f.get('x')), a.parameter(named('bias'))))
}
