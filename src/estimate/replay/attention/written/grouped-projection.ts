import type { GroupedProjection } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'
import { eagerAttention, repeatedHeads } from './scores.js'

/** `InternLM2Attention.forward` and `InternLM2SdpaAttention.forward` of `modeling_internlm2.py` (InternLM 2.5). */
export function groupedProjection(run: AttentionRun, _: GroupedProjection, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, kvHeads, headDim, cached } = run
  const groups = heads / kvHeads
  f.let('projected', a.linear(`${name}.wqkv`, input))
  const all = f.let('projected', a.reshape(f.get('projected'), [batch, tokens, kvHeads, groups + 2, headDim]))
  const queries = f.let('query', a.slice(all, 3, groups))
  f.let('query', a.transpose(a.reshape(queries, [batch, tokens, heads, headDim]), 1, 2))
  f.let('key', a.transpose(a.select(all, 3), 1, 2))
  f.let('value', a.transpose(a.select(all, 3), 1, 2))
  run.rotate(f, ['query', 'key'])
  const [keys, values] = [cached(f.get('key')), cached(f.get('value'))]
  f.let('key', keys)
  f.let('value', values)
  f.let('key', repeatedHeads(run, f.get('key')))
  f.let('value', repeatedHeads(run, f.get('value')))
  const apart = f.let(
    'output',
    run.isEager
      ? eagerAttention(run, f.get('query'), f.get('key'), f.get('value'))
      : run.attended(f.get('query'), f.get('key'), f.get('value')),
  )
  f.let('output', a.contiguous(a.transpose(apart, 1, 2)))
  f.let('output', a.reshape(f.get('output'), [batch, tokens, heads * headDim]))
  return f.returned(a.linear(`${name}.wo`, f.get('output')))
}
