import type { Mixture as ForwardMixture, Router as ForwardRouter } from '../../../architecture/index.js'
import { withTargets } from '../adapters/targeted-parameters.js'
import type { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { powerNorm } from '../norms/rms-norms.js'
import { child, type Named } from '../submodules.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { composedRoutes } from './composed-router.js'
import { type GroupedRoutes, returned } from './grouped-routes.js'
import type { Choice } from './routes.js'

/** Runs the router of a mixture of transformers 5, on one row for each token. */
export function groupedRoutes(
  a: GroupedArrays,
  mixture: Required<ForwardMixture>,
  block: Named,
  input: Shaped,
  choice: Choice,
): GroupedRoutes {
  const { router } = mixture
  const gate = child(block, 'gate') ?? child(block, 'router')
  if (gate && typeof router === 'object')
    return withTargets(a.layers, gate.name, () => composedRoutes(a, router, gate, input, choice))
  const compute = typeof router === 'string' ? ROUTERS[router] : undefined
  if (!compute || !gate) throw new UndescribedBlock(`no model for the router of ${block.name}`)
  return withTargets(a.layers, gate.name, () => compute(a, mixture, gate, input, choice))
}

type Router = (
  a: GroupedArrays,
  mixture: Required<ForwardMixture>,
  gate: Named,
  input: Shaped,
  choice: Choice,
) => GroupedRoutes

/** `DeepseekV32TopkRouter`: sigmoids in float32; experts are chosen by biased scores, whose gradients go nowhere. */
const sigmoidInOne: Router = (a, { normalised }, gate, given, { experts, chosen }) => {
  const f = new Names(a.tape)
  const input = f.let('input', given)
  const weight = a.to(a.parameter(`${gate.name}.weight`), 'float32')
  f.let('logits', a.rowProduct(a.to(input, 'float32'), weight, experts))
  f.let('scores', a.sigmoid(f.get('logits')))
  const [tokens = 1] = input.layout.shape
  a.tape.withoutGradients(() => {
    f.let('biased', a.make([tokens, experts], 'float32', 'add'))
    const masks = ['_to_copy', 'bitwise_not'].map((name) => a.make([tokens, experts], 'bool', name))
    f.let('biased', a.make([tokens, experts], 'float32', 'masked_fill'))
    a.done(...masks)
    const values = a.make([tokens, chosen], 'float32', 'topk')
    f.let('indices', a.make([tokens, chosen], 'int64', 'topk'))
    a.done(values)
  })
  f.let('weights', a.gather(f.get('scores'), f.get('indices')))
  if (normalised) {
    f.let('sum', a.shift(a.sum(f.get('weights'), [-1], true)))
    f.let('weights', a.divideInPlace(f.get('weights'), f.get('sum')))
  }
  f.let('weights', a.scale(f.get('weights')))
  return returned(a, f)
}

/** `MiniMaxM2TopKRouter`: sigmoids of the logits in float32; experts are chosen by biased scores. */
const sigmoidOfLogits: Router = (a, _, gate, given, { experts, chosen }) => {
  const f = withLogits(a, gate, given, experts)
  f.let('scores', a.sigmoid(a.to(f.get('logits'), 'float32')))
  choose(a, f, chosen)
  f.let('weights', a.gather(f.get('scores'), f.get('indices')))
  f.let('weights', a.divideInPlace(f.get('weights'), a.sum(f.get('weights'), [-1], true)))
  return returned(a, f)
}

/** `Lfm2MoeTopKRouter`: sigmoids in the dtype of the model, and a bias in float32 where the config has one. */
const sigmoidOfModel: Router = (a, { normalised, routerBuffer }, gate, given, { experts, chosen }) => {
  const f = withLogits(a, gate, given, experts)
  f.let('scores', a.sigmoid(f.get('logits')))
  if (routerBuffer === 'none') {
    const { values, indices } = a.topk(f.get('scores'), chosen)
    f.let('scores', values)
    f.let('indices', indices)
  } else {
    choose(a, f, chosen)
    f.let('scores', a.gather(f.get('scores'), f.get('indices')))
  }
  if (normalised) f.let('scores', a.divide(f.get('scores'), a.shift(a.sum(f.get('scores'), [-1], true))))
  f.let('weights', a.scale(f.get('scores')))
  return returned(a, f)
}

/** The input of a router, and the logits of the experts, in the dtype of the model. */
function withLogits(a: GroupedArrays, gate: Named, given: Shaped, experts: number): Names {
  const f = new Names(a.tape)
  const input = f.let('input', given)
  f.let('logits', a.rowProduct(input, a.parameter(`${gate.name}.weight`), experts))
  return f
}

/** The experts with the largest biased scores. The gradients of these scores go nowhere. */
function choose(a: GroupedArrays, f: Names, chosen: number): void {
  const { shape } = f.get('scores').layout
  f.let('biased', a.make(shape, 'float32', 'add'))
  f.let('values', a.make(shape.with(-1, chosen), 'float32', 'topk'))
  f.let('indices', a.make(shape.with(-1, chosen), 'int64', 'topk'))
}

/** `Qwen3_5MoeTopKRouter`: the largest shares of a softmax in float32, divided by their sum. */
const softmaxInOne: Router = (a, { normalised }, gate, given, { experts, chosen }) => {
  const f = withLogits(a, gate, given, experts)
  f.let('shares', a.softmax(a.to(f.get('logits'), 'float32')))
  const { values, indices } = a.topk(f.get('shares'), chosen)
  f.let('weights', values)
  f.let('indices', indices)
  if (normalised) f.let('weights', a.divideInPlace(f.get('weights'), a.sum(f.get('weights'), [-1], true)))
  f.let('weights', a.to(f.get('weights'), f.get('logits').dtype))
  return returned(a, f)
}

/** `Gemma4TextRouter`: a softmax in float32 of a normalised and scaled input; each expert has a number that its shares are multiplied by. */
const softmaxOfNormalised: Router = (a, _, gate, given, { chosen }) => {
  const f = new Names(a.tape)
  const { shape } = given.layout
  f.let(
    'hidden',
    a.plain(given, shape, (tensor) => powerNorm(a.layers, tensor, shape.at(-1) ?? 1)),
  )
  f.let('hidden', a.scale(a.mul(f.get('hidden'), a.parameter(`${gate.name}.scale`))))
  f.let('scores', a.linear(`${gate.name}.proj`, f.get('hidden')))
  f.let('logits', a.softmax(a.to(f.get('scores'), 'float32')))
  const { values, indices } = a.topk(f.get('logits'), chosen)
  f.let('weights', values)
  f.let('indices', indices)
  f.let('weights', a.divideInPlace(f.get('weights'), a.sum(f.get('weights'), [-1], true)))
  const scales = a.index(a.parameter(`${gate.name}.per_expert_scale`), f.get('indices'))
  f.let('weights', a.mul(f.get('weights'), a.reshape(scales, indices.layout.shape)))
  return returned(a, f)
}

const ROUTERS: Partial<Record<ForwardRouter, Router>> = {
  sigmoidInOne,
  softmaxInOne,
  sigmoidOfLogits,
  sigmoidOfModel,
  softmaxOfNormalised,
}
