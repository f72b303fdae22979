import type { Mixture as ForwardMixture } from '../../../architecture/index.js'
import { withTargets } from '../adapters/targeted-parameters.js'
import { DispatchArrays } from '../arrays/dispatch-arrays.js'
import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import type { ComputeDtype } from '../dtype.js'
import { activate } from '../feed-forward/activations.js'
import { clampedHalves, clampedMlp } from '../feed-forward/clamped-gate.js'
import { gated } from '../feed-forward/gated-mlp.js'
import { plainMlp } from '../feed-forward/plain-mlp.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { acrossRanks } from './expert-parallel.js'
import { groupedRoutes } from './grouped-routers.js'
import type { GroupedRoutes } from './grouped-routes.js'
import { partsInTurn } from './parts-in-turn.js'
import { routedPart } from './routed-part.js'
import type { Choice } from './routes.js'

/**
 * A mixture whose experts have their matrices in common tensors. Usually they all compute at once: rows are sorted by expert, and each matrix of all experts is one grouped product
 * (`grouped_mm_experts_forward` in `integrations/moe.py`, transformers 5.24). The caller keeps the input.
 */
export function groupedMixture(
  run: DecoderRun,
  mixture: Required<ForwardMixture>,
  block: Named,
  input: Tensor,
  choice: Choice,
): Tensor {
  const { layers, options, sizes } = run
  const a = new GroupedArrays(layers)
  const f = new Names(a.tape)
  const flat = [layers.tokens, sizes.hiddenSize]
  const given = a.borrowed(input, [options.batch, options.sequence, sizes.hiddenSize])
  const routed = routedPart(block) ?? block
  const beside = SHARED_NAMES.map((name) => child(block, name)).find((one) => one)
  const view = mixture.sharedFirst ? f.let('view', a.reshape(given, flat)) : undefined
  const early = () => {
    if (view && beside) f.let('shared', a.of(besideExperts(run, beside, view), flat))
  }
  if (mixture.sharedFirst === true) early()
  const routes = groupedRoutes(a, mixture, routed, a.reshape(view ?? given, flat), choice)
  f.let('logits', routes.logits)
  run.routers?.keep(f.get('logits'), choice)
  f.let('weights', routes.weights)
  f.let('indices', routes.indices)
  if (mixture.sharedFirst === 'behindRouter') early()
  if (!view) f.let('hidden', a.reshape(given, flat))
  projectIn(a, f, block)
  const names = { logits: f.get('logits'), weights: f.get('weights'), indices: f.get('indices') }
  const compute = mixture.dispatch === 'partsInTurn' ? partsInTurn : groupedExperts
  const experts = `${routed.name}.experts`
  const own = view ?? f.get('hidden')
  f.let(
    'hidden',
    options.sharding?.rules.experts
      ? acrossRanks(run, experts, own, names, choice, (arrays, ...given) => compute(run, arrays, experts, ...given))
      : compute(run, a, experts, own, names, choice),
  )
  projectOut(a, f, block)
  const gate = child(block, 'shared_expert_gate')
  if (gate && view && f.has('shared')) f.let('shared', a.mul(a.sigmoid(a.linear(gate.name, view)), f.get('shared')))
  if (mixture.scalesRouted) f.let('hidden', a.scale(f.get('hidden')))
  if (beside) {
    const shared = () => (f.has('shared') ? f.get('shared') : a.of(besideExperts(run, beside, given), flat))
    f.let('hidden', JOINED[mixture.joined](a, f.get('hidden'), shared, input.dtype))
  }
  const after = child(block, 'post_mlp_layernorm')
  if (after)
    f.let(
      'hidden',
      a.plain(f.get('hidden'), flat, (tensor) => norm(run, after, tensor)),
    )
  return f.returned(f.get('hidden'))
}

/** What routed experts give, with what the shared one gives. */
const JOINED: Readonly<
  Record<
    Required<ForwardMixture>['joined'],
    (a: GroupedArrays, routed: Shaped, shared: () => Shaped, dtype: ComputeDtype) => Shaped
  >
> = {
  sum: (a, routed, shared) => a.add(routed, shared()),
  average: (a, routed, shared) => a.scale(a.add(routed, shared())),
  float32: (a, routed, shared, dtype) => a.to(a.add(a.to(routed, 'float32'), a.to(shared(), 'float32')), dtype),
}

/** The expert that all tokens pass, with a gate or without one (Nemotron-H). */
export function besideExperts(run: DecoderRun, beside: Named, tokens: Shaped): Tensor {
  if (run.forward.feedForward.clamped !== 'no') return clampedMlp(run, beside, tokens)
  return child(beside, 'gate_proj')
    ? gated(run, beside, tokens, ['gate_proj', 'up_proj', 'down_proj'])
    : plainMlp(run, beside, tokens)
}

/** Experts of Nemotron-H can work in a narrower space. */
function projectIn(a: GroupedArrays, f: Names, block: Named): void {
  const narrow = child(block, 'fc1_latent_proj')
  if (narrow) f.let('hidden', a.linear(narrow.name, f.get('hidden')))
}

function projectOut(a: GroupedArrays, f: Names, block: Named): void {
  const wide = child(block, 'fc2_latent_proj')
  if (wide) f.let('hidden', a.linear(wide.name, f.get('hidden')))
}

const SHARED_NAMES = ['shared_expert', 'shared_experts'] as const

/** The experts of all tokens, weighted and summed. The caller keeps tokens and routes. */
export function groupedExperts(
  run: DecoderRun,
  a: GroupedArrays,
  name: string,
  input: Shaped,
  routes: Omit<GroupedRoutes, 'logits'>,
): Shaped {
  return withTargets(run.layers, name, () => allAtOnce(run, a, name, input, routes))
}

function allAtOnce(
  run: DecoderRun,
  a: GroupedArrays,
  name: string,
  input: Shaped,
  { weights, indices }: Omit<GroupedRoutes, 'logits'>,
): Shaped {
  const isGated = a.has(`${name}.gate_up_proj`)
  if (!isGated && !a.has(`${name}.up_proj`))
    throw new UndescribedBlock(`no model for ${name}, which has no fused matrices`)
  const f = new Names(a.tape)
  const [tokens = 1, features = 1] = input.layout.shape
  const rows = indices.elements
  const shares = f.let('sample weights', a.reshape(weights, [rows]))
  f.let('ids', a.reshape(indices, [rows]))
  const ids = f.let('sorted ids', a.make([rows], 'int64', 'sort'))
  const order = f.let('order', a.make([rows], 'int64', 'sort'))
  f.let('rows', a.index(input, a.make([rows], 'int64', 'floor_divide')))
  const sorted = f.let('sorted weights', a.index(shares, order))
  f.let('histogram input', a.make([rows], 'float32', '_to_copy'))
  const up = a.parameter(isGated ? `${name}.gate_up_proj` : `${name}.up_proj`)
  // The matrices of gpt-oss have their inputs first.
  const [experts = 1, width = 2] =
    run.forward.feedForward.clamped === 'interleaved' ? up.layout.shape.toSpliced(1, 1) : up.layout.shape
  f.let('counts', a.make([experts], 'float32', 'histc'))
  const ends = f.let('ends', a.make([experts], 'float32', 'cumsum'))
  // Rows that belong to no expert of the rank are masked, whether or not there are any.
  const mask = a instanceof DispatchArrays ? f.let('mask', a.make([rows, 1], 'bool', 'ge')) : undefined
  const masked = (given: Shaped, way: 'in place' | 'copy'): Shaped =>
    mask && a instanceof DispatchArrays ? a.masked(given, mask, way) : given
  const biasesOf = (matrix: string): Shaped | undefined =>
    a.has(`${matrix}_bias`) ? f.let('biases', a.index(a.parameter(`${matrix}_bias`), ids)) : undefined
  const projected = (given: Shaped, matrices: Shaped, biases: Shaped | undefined, outFeatures: number): Shaped => {
    const product = a.groupedProduct(given, matrices, ends, outFeatures)
    return biases ? a.addInPlace(product, biases) : product
  }
  const first = biasesOf(`${name}.gate_up_proj`)
  f.let('rows', masked(f.get('rows'), 'in place'))
  f.let('made', projected(f.get('rows'), up, first, width))
  f.let('made', masked(f.get('made'), 'copy'))
  const product = f.get('made')
  f.let(
    'made',
    isGated
      ? opened(run, a, product, width / 2)
      : a.plain(product, product.layout.shape, (tensor) => activate(run, tensor)),
  )
  const second = biasesOf(`${name}.down_proj`)
  f.let('made', projected(f.get('made'), a.parameter(`${name}.down_proj`), second, features))
  f.let('made', masked(f.get('made'), 'copy'))
  f.let('weighted', a.mul(f.get('made'), a.unsqueeze(sorted, -1)))
  const inverse = f.let('inverse', a.make([rows], 'int64', 'empty_like'))
  a.done(a.make([rows], 'int64', 'arange'))
  f.let('weighted', a.index(f.get('weighted'), inverse))
  const sum = f.let('sum', a.sum(a.reshape(f.get('weighted'), [tokens, rows / tokens, features]), [1]))
  return f.returned(a.to(sum, input.dtype))
}

/** `act(gate) * up`, both from one product. */
function opened(run: DecoderRun, a: GroupedArrays, both: Shaped, width: number): Shaped {
  const f = new Names(a.tape)
  if (run.forward.feedForward.clamped !== 'no') return f.returned(clampedHalves(run, a, f, both))
  const [gate, up] = a.split(both, [width, width]).map((part, index) => f.let(`part ${index}`, part))
  if (!gate || !up) throw new Error('a product is split in two')
  const { float32 } = run.forward.feedForward
  const given = float32 ? a.to(gate, 'float32') : gate
  const bent = a.plain(given, gate.layout.shape, (tensor) => activate(run, tensor))
  return f.returned(a.to(a.mul(bent, float32 ? a.to(up, 'float32') : up), gate.dtype))
}
