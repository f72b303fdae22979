import type { WindowAttention } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { biasedKernel } from './biased-kernel.js'
import type { WrittenRun } from './written-run.js'

/** `BeitSdpaSelfAttention` and `BeitSelfAttention` of `modeling_beit.py` (transformers 4.57.6). */
export function windowAttention(run: WrittenRun, block: WindowAttention): Shaped {
  const { heads, tokens, isOwn, isShared, dropout } = block
  const { arrays: a, names: f, batch, named, given, isEager } = run
  const hidden = given('hidden', [batch, tokens, -1])
  for (const name of ['query', 'key', 'value'])
    f.let(name, a.transpose(a.reshape(a.linear(named(name), hidden), [batch, tokens, heads, -1]), 1, 2))
  const biases = [...(isOwn ? ['own'] : []), ...(isShared ? ['shared'] : [])]
  const bias = (name: string): Shaped =>
    name === 'own'
      ? run.called('relative_position_bias', { kind: 'relativeBias', heads, side: Math.sqrt(tokens - 1) })
      : given(name, [1, heads, tokens, tokens])
  if (!isEager) {
    for (const name of biases) f.let('bias', f.has('bias') ? a.addInPlace(f.get('bias'), bias(name)) : bias(name))
    const out = biasedKernel(run, f.get('query'), f.get('key'), f.get('value'), f.get('bias'))
    f.let('context', a.contiguous(a.permute(out, [0, 2, 1, 3])))
    return f.returned(a.reshape(f.get('context'), [batch, tokens, -1]))
  }
  f.let('scores', a.matmul(f.get('query'), a.transpose(f.get('key'), -1, -2)))
  f.let('scores', a.scale(f.get('scores')))
  for (const name of biases) f.let('scores', a.add(f.get('scores'), bias(name)))
  const scores = f.get('scores')
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  f.let('weights', run.dropped(dropout, f.get('weights')))
  f.let('context', a.matmul(f.get('weights'), f.get('value')))
  f.let('context', a.contiguous(a.permute(f.get('context'), [0, 2, 1, 3])))
  return f.returned(a.reshape(f.get('context'), [batch, tokens, -1]))
}
