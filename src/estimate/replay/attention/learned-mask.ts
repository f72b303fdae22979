import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import type { OwnMask } from './own-mask.js'

/**
 * The mask of a layer that scores keys by their values, so that gradients pass through it (`prepare_dynamic_mask` of `modeling_doge.py`,
 * transformers 5.24). In sequences longer than a limit, each token attends to as many keys alone. The caller keeps the values.
 *
 * @param values - of the heads that queries share, from the cache if there is one
 */
export function learnedMask(
  run: DecoderRun,
  block: Named,
  values: Tensor,
  { heads, kvHeads, headDim }: { readonly heads: number; readonly kvHeads: number; readonly headDim: number },
): OwnMask | undefined {
  if (!child(block, 'dt_proj')) return undefined
  if (run.prefixes) throw new UndescribedBlock(`no model for prefixes in ${block.module.type}`)
  const { layers, options, forward } = run
  const { batch, sequence, cache, modelDtype } = options
  const a = new GroupedArrays(layers)
  const f = new Names(a.tape)
  const features = kvHeads * headDim
  const inOrder = cache
    ? a.reshape(a.transpose(a.borrowed(values, [batch, kvHeads, sequence, headDim]), 1, 2), [batch, sequence, features])
    : a.borrowed(values, [batch, sequence, features])
  f.let('scores', a.linear(`${block.name}.dt_proj`, inOrder))
  const opened = a.mul(a.parameter(`${block.name}.A`), a.softplus(f.get('scores')))
  f.let('scores', a.transpose(a.exp(opened), -1, -2))
  const pairs = [batch, kvHeads, sequence, sequence]
  // The input of layers has the dtype of the model.
  const dtype = modelDtype
  if (!run.mask) f.let('numbers', a.make([batch, 1, sequence, sequence], dtype, 'where'))
  const scores = a.expand(a.unsqueeze(f.get('scores'), 2), pairs)
  f.let('mask', a.maskedFill(scores, a.make([batch, 1, sequence, sequence], 'bool', 'ne')))
  const { keptKeys } = forward.attention
  if (sequence > keptKeys) keepBest(a, f, dtype, keptKeys)
  for (const local of ['active', 'indices', 'numbers']) f.delete(local)
  const groups = heads / kvHeads
  const wide = a.expand(a.unsqueeze(f.get('mask'), 2), pairs.toSpliced(2, 0, groups))
  f.let('mask', a.reshape(wide, [batch, heads, sequence, sequence]))
  return { held: [a.tape.alias(f.get('scores'))], mask: f.returned(f.get('mask')) }
}

/** Masks all but the keys with the best scores. */
function keepBest(a: GroupedArrays, f: Names, dtype: Shaped['dtype'], keptKeys: number): void {
  const mask = f.get('mask')
  const { shape } = mask.layout
  const zeros = f.let('active', a.make(shape, dtype, 'zeros_like'))
  // Only the places are used, so that nothing is kept for backward.
  const { values, indices } = a.tape.withoutGradients(() => a.topk(mask, keptKeys))
  f.let('indices', indices)
  a.done(values)
  f.let('active', a.make(zeros.layout.shape, dtype, 'scatter'))
  f.let('mask', a.maskedFill(mask, a.make(shape, 'bool', 'eq')))
}
