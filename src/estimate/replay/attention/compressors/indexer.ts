import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DecoderRun } from '../../decoder-run.js'
import type { Named } from '../../submodules.js'
import { anglesOf, rotatedEnd } from './parts.js'
import { type Compressing, windows } from './windows.js'

/**
 * The windows that each token attends to, by the scores of a few narrow heads (`DeepseekV4Indexer`). Nothing of it reaches backward: what
 * autograd saves lives until the function returns.
 */
export function indexed(run: DecoderRun, a: GroupedArrays, block: Named, given: Compressing): Shaped {
  return a.tape.unread(() => {
    const { batch, sequence } = run.options
    const { attention, hidden, narrow } = given
    const f = new Names(a.tape)
    const keys = windows(run, a, f, block, given, { rate: attention.sparseRate, overlaps: true })
    if (!keys.isNamed) f.let('windows', keys)
    const width = f.get('windows').layout.shape.at(-1) ?? 1
    const angles = anglesOf(a, f, 'queries', {
      places: [1, sequence],
      features: attention.rotatedFeatures,
      like: hidden,
    })
    const projected = a.linear(`${block.name}.q_b_proj`, narrow)
    f.let('q', a.transpose(a.reshape(projected, [batch, sequence, -1, width]), 1, 2))
    f.let('q', a.transpose(rotatedEnd(a, f.get('q'), angles), 1, 2))
    f.let('scores', scores(a, block, f.get('q'), f.get('windows'), hidden))
    const count = f.get('windows').layout.shape[1] ?? 0
    const chosen = [batch, sequence, Math.min(attention.chosen, count)]
    if (count === 0) return f.returned(a.make(chosen, 'int64', 'topk'))
    f.let('threshold', a.make([sequence], 'int64', 'floor_divide'))
    f.let('entries', a.make([count], 'int64', 'arange'))
    f.let('future', a.make([1, sequence, count], 'bool', 'ge'))
    f.let('scores', a.make(f.get('scores').layout.shape, f.get('scores').dtype, 'masked_fill'))
    const values = a.make(chosen, 'float32', 'topk')
    f.let('top', a.make(chosen, 'int64', 'topk'))
    a.done(values)
    f.let('invalid', a.make(chosen, 'bool', 'ge'))
    const others = a.make(chosen, 'int64', 'full_like')
    const made = a.make(chosen, 'int64', 'where')
    a.done(others)
    return f.returned(made)
  })
}

/** `DeepseekV4IndexerScorer` */
function scores(a: GroupedArrays, block: Named, q: Shaped, keys: Shaped, hidden: Shaped): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, sequence = 1, heads = 1] = q.layout.shape
  const [, count = 0, width = 1] = keys.layout.shape
  f.let('left', a.to(q, 'float32'))
  f.let('right', a.unsqueeze(a.to(a.transpose(keys, -1, -2), 'float32'), 1))
  f.let('scores', a.matmul(f.get('left'), a.expand(f.get('right'), [batch, sequence, width, count])))
  f.delete('left')
  f.delete('right')
  const rectified = a.unary(f.get('scores'), 'relu', 'output')
  f.let('scores', a.scale(rectified))
  f.let('weights', a.scale(a.to(a.linear(`${block.name}.scorer.weights_proj`, hidden), 'float32')))
  const weighted = a.mul(f.get('scores'), a.reshape(f.get('weights'), [batch, sequence, heads, 1]))
  return f.returned(a.sum(weighted, [2]))
}
