import type { StridedLinear } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { linearOfRows } from './linear-of-rows.js'
import type { WrittenRun } from './written-run.js'

/** A linear layer on vectors that are views of other tensors. */
export function stridedLinear(run: WrittenRun, { module, order, tokens: whole }: StridedLinear): Shaped {
  const { arrays: a, batch, named, given } = run
  const [tokens = 1] = run.shape(whole)
  if (order === 'tokens first')
    return linearOfRows(a, named(module), a.transpose(given('hidden', [tokens, batch, -1]), 0, 1))
  const hidden = given('hidden', [batch, run.tokens, -1])
  const { shape, strides } = hidden.layout
  const apart = { shape, strides: strides.with(0, tokens * (shape[2] ?? 1)) }
  return linearOfRows(a, named(module), { ...hidden, layout: apart })
}
