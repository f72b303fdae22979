import type { BiasedAttention } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `MPNetSelfAttention.forward` of `modeling_mpnet.py` (transformers 4.57.6). */
export function biasedAttention(run: WrittenRun, { heads, dropout }: BiasedAttention): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const hidden = given('hidden', [batch, tokens, -1])
  const headed = (name: string): Shaped =>
    f.let(name, a.transpose(a.reshape(a.linear(named(name), hidden), [batch, tokens, heads, -1]), 1, 2))
  const [query, key, value] = [headed('q'), headed('k'), headed('v')]
  f.let('scores', a.matmul(query, a.transpose(key, -1, -2)))
  f.let('scores', a.scale(f.get('scores')))
  f.let('scores', a.addInPlace(f.get('scores'), given('bias', [batch, heads, tokens, tokens])))
  const scores = f.let('scores', a.add(f.get('scores'), given('mask', [batch, 1, 1, tokens])))
  const whole = f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  const weights = f.let('weights', run.dropped(dropout, whole))
  f.let('context', a.matmul(weights, value))
  const context = f.let('context', a.contiguous(a.permute(f.get('context'), [0, 2, 1, 3])))
  return f.returned(a.linear(named('o'), a.reshape(context, [batch, tokens, -1])))
}
