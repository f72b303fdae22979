import type { ComposedRouter } from '../../../architecture/index.js'
import type { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { Named } from '../submodules.js'
import { type GroupedRoutes, returned } from './grouped-routes.js'
import type { Choice } from './routes.js'

/** A router that its family states step by step, on one row for each token. */
export function composedRoutes(
  a: GroupedArrays,
  router: ComposedRouter,
  gate: Named,
  given: Shaped,
  choice: Choice,
): GroupedRoutes {
  const f = new Names(a.tape)
  const input = f.let('input', given)
  f.let('logits', logitsOf(a, router, gate, input, choice.experts))
  if (router.capped) f.let('logits', a.scale(a.unary(a.scale(f.get('logits')), 'tanh', 'output')))
  choose(a, f, router, choice)
  const { divided = 'no' } = router
  if (divided !== 'no') divide(a, f, divided, router.sum)
  if (router.scaled) f.let('weights', a.scale(f.get('weights')))
  if (router.narrowed) f.let('weights', a.to(f.get('weights'), input.dtype))
  return returned(a, f)
}

function logitsOf(
  a: GroupedArrays,
  { logits, isLayer, withoutAutocast }: ComposedRouter,
  gate: Named,
  input: Shaped,
  experts: number,
): Shaped {
  const name = isLayer === true ? `${gate.name}.gate` : gate.name
  const isWide = logits === 'float32'
  const weight = a.parameter(`${name}.weight`)
  const factors = isWide ? ([a.to(input, 'float32'), a.to(weight, 'float32')] as const) : ([input, weight] as const)
  const made = isLayer ? a.linear(name, input, experts) : a.rowProduct(...factors, experts, !withoutAutocast)
  return logits === 'castToFloat32' ? a.to(made, 'float32') : made
}

/** Chooses experts by their scores, whose bias has no gradient. */
function choose(a: GroupedArrays, f: Names, router: ComposedRouter, { chosen }: Choice): void {
  const { scores, behind, biased, scoresIn = 'logits' } = router
  const all = scores ? f.let('scores', scored(a, scores, f.get('logits'), scoresIn)) : f.get('logits')
  if (biased) {
    const shape = all.layout.shape
    f.let('biased', a.make(shape, 'float32', 'add'))
    f.let('values', a.make(shape.with(-1, chosen), 'float32', 'topk'))
    f.let('indices', a.make(shape.with(-1, chosen), 'int64', 'topk'))
    f.let('weights', a.gather(all, f.get('indices')))
  } else {
    const { values, indices } = a.topk(all, chosen)
    f.let('weights', values)
    f.let('indices', indices)
  }
  if (behind === 'narrowSoftmax') f.let('weights', a.softmax(f.get('weights')))
  else if (behind) f.let('weights', scored(a, behind, f.get('weights'), behind === 'softmax' ? 'float32' : 'logits'))
}

function scored(
  a: GroupedArrays,
  how: NonNullable<ComposedRouter['scores']>,
  logits: Shaped,
  dtype: 'float32' | 'logits',
): Shaped {
  if (how === 'rootOfSoftplus') return a.sqrt(a.softplus(logits))
  // Autocast computes a softmax in float32.
  const isWide = dtype === 'float32' || (how === 'softmax' && a.layers.autocast)
  const given = isWide ? a.to(logits, 'float32') : logits
  return how === 'softmax' ? a.softmax(given) : a.sigmoid(given)
}

function divide(a: GroupedArrays, f: Names, how: 'inPlace' | 'apart', before: ComposedRouter['sum']): void {
  const sum = a.sum(f.get('weights'), [-1], true)
  const by = before === 'shifted' ? a.shift(sum) : before === 'bounded' ? a.clamp(sum, ['ge']) : sum
  f.let('weights', how === 'inPlace' ? a.divideInPlace(f.get('weights'), by) : a.divide(f.get('weights'), by))
}
