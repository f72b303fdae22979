import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DecoderRun } from '../../decoder-run.js'
import { child, type Named } from '../../submodules.js'
import { indexed } from './indexer.js'
import { type Compressing, windows } from './windows.js'

/** Compressed keys, which are values too, and the biases of the scores that queries have with them; absent if there are no keys. */
export interface Compressed {
  readonly keys: Shaped
  readonly bias: Shaped | undefined
}

/**
 * Keys and values of windows of older tokens (`DeepseekV4HCACompressor`, `DeepseekV4CSACompressor` of transformers 5.24). With an indexer, windows
 * overlap, and each token sees those that the indexer chooses.
 */
export function compressed(run: DecoderRun, a: GroupedArrays, block: Named, given: Compressing): Compressed {
  const { batch, sequence } = run.options
  const f = new Names(a.tape)
  const indexer = child(block, 'indexer')
  const rate = indexer ? given.attention.sparseRate : given.attention.heavyRate
  const made = windows(run, a, f, block, given, { rate, overlaps: indexer !== undefined })
  f.let('compressed', a.unsqueeze(made, 1))
  const keys = f.get('compressed')
  const count = Math.floor(sequence / rate)
  if (indexer) {
    const top = f.let('top', indexed(run, a, indexer, given))
    const shape = top.layout.shape
    f.let('valid', a.make(shape, 'bool', 'ge'))
    const others = a.make(shape, 'int64', 'full_like')
    f.let('safe', a.make(shape, 'int64', 'where'))
    a.done(others)
    f.let('bias', a.make([batch, 1, sequence, count + 1], keys.dtype, 'new_full'))
  } else if (count > 0) {
    f.let('entries', a.make([count], 'int64', 'arange'))
    f.let('threshold', a.make([sequence], 'int64', 'floor_divide'))
    f.let('bias', a.make([batch, 1, sequence, count], keys.dtype, 'new_zeros'))
    const future = a.make([sequence, count], 'bool', 'ge')
    f.let('bias', a.make([batch, 1, sequence, count], keys.dtype, 'masked_fill'))
    a.done(future)
  }
  const bias = f.has('bias') ? f.get('bias') : undefined
  a.tape.alias(keys)
  if (bias) a.tape.alias(bias)
  f.free()
  return { keys: { ...keys, isNamed: false }, bias: bias && { ...bias, isNamed: false } }
}
