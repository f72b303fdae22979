import type { ShiftedAttention } from '../../../../architecture/index.js'
import { einsum } from '../../arrays/einsum.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { normOf } from '../../norms/norms.js'
import type { WrittenRun } from './written-run.js'

/** `XLNetRelativeAttention.forward` of `modeling_xlnet.py` (transformers 4.57.6), with one stream. */
export function shiftedAttention(run: WrittenRun, { heads, isCausal, dropout }: ShiftedAttention): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const at = (name: string): Shaped => a.parameter(named(name))
  const hidden = given('hidden', [tokens, batch, -1])
  for (const name of ['q', 'k', 'v']) f.let(name, einsum(a, 'ibh,hnd->ibnd', hidden, at(name)))
  const places = given('places', [isCausal ? tokens + 1 : 2 * tokens, batch, -1])
  f.let('r', einsum(a, 'ibh,hnd->ibnd', a.to(places, at('r').dtype), at('r')))
  const inner = new Names(a.tape)
  inner.let('content', einsum(a, 'ibnd,jbnd->bnij', a.add(f.get('q'), at('r_w_bias')), f.get('k')))
  inner.let('position', einsum(a, 'ibnd,jbnd->bnij', a.add(f.get('q'), at('r_r_bias')), f.get('r')))
  inner.let('position', shifted(run, inner.get('position'), heads))
  // The scores of segments are the number 0, which is added.
  inner.let('scores', a.scale(a.shift(a.add(inner.get('content'), inner.get('position')))))
  if (isCausal) {
    const mask = a.scale(a.permute(given('mask', [tokens, tokens, 1, 1]), [2, 3, 0, 1]))
    inner.let('scores', a.sub(inner.get('scores'), mask))
  }
  const scores = inner.get('scores')
  inner.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  inner.let('weights', run.dropped(dropout, inner.get('weights')))
  const attended = inner.returned(einsum(a, 'bnij,jbnd->ibnd', inner.get('weights'), f.get('v')))
  f.let('attended', attended)
  f.let('out', einsum(a, 'ibnd,hnd->ibh', f.get('attended'), at('o')))
  f.let('out', run.dropped(dropout, f.get('out')))
  f.let('out', a.add(f.get('out'), hidden))
  const { shape } = hidden.layout
  return f.returned(
    a.plain(f.get('out'), shape, (sum) => normOf('layerNorm', a.layers, named('layer_norm'), sum, [shape[2] ?? 1])),
  )
}

/** The scores of distances in the order of the keys (`rel_shift_bnij`). */
function shifted({ arrays: a, batch, tokens }: WrittenRun, scores: Shaped, heads: number): Shaped {
  const f = new Names(a.tape)
  const distances = scores.layout.shape[3] ?? 1
  f.let('x', a.reshape(scores, [batch, heads, distances, tokens]))
  f.let('x', a.slice(f.get('x'), 2, distances - 1))
  f.let('x', a.reshape(f.get('x'), [batch, heads, tokens, distances - 1]))
  return f.returned(a.indexSelect(f.get('x'), 3, a.make([tokens], 'int64', 'arange')))
}
