import type { RelativeBias } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { DTYPE_BYTES } from '../../dtype.js'
import type { WrittenRun } from './written-run.js'

/** `BeitRelativePositionBias.forward` of `modeling_beit.py` (transformers 4.57.6), for images of the size of the config. */
export function relativeBias({ arrays: a, names: f, named }: WrittenRun, { heads, side }: RelativeBias): Shaped {
  const table = a.parameter(named('relative_position_bias_table'))
  const distances = (2 * side - 1) ** 2
  const tokens = side ** 2 + 1
  const image = a.reshape(a.slice(table, 0, distances), [1, 2 * side - 1, 2 * side - 1, heads])
  // It is resized to the same size.
  const resized = a.rearranged(
    a.permute(image, [0, 3, 1, 2]),
    [1, heads, 2 * side - 1, 2 * side - 1],
    'upsample_bilinear2d',
  )
  const flat = f.let('distances', a.reshape(a.clone(a.permute(resized, [0, 2, 3, 1])), [distances, heads]))
  const whole = f.let('whole', a.cat([flat, a.slice(table, 0, 3)], 0))
  // The places are on the CPU: CUDA reads a copy of them.
  const found = f.let('bias', a.index(whole, a.constant([tokens ** 2], 'int64')))
  a.tape.ledger.observe('index', tokens ** 2 * DTYPE_BYTES.int64)
  const rows = a.permute(a.reshape(found, [tokens, tokens, heads]), [2, 0, 1])
  return f.returned(a.unsqueeze(a.contiguous(rows), 0))
}
