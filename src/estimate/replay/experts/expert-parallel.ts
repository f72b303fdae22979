import { DispatchArrays } from '../arrays/dispatch-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import type { ExpertRules } from '../sharding/sharding-rules.js'
import type { GroupedRoutes } from './grouped-routes.js'
import type { Choice } from './routes.js'

/** Where rows go: the weights and the expert of each. */
type Routed = Omit<GroupedRoutes, 'logits'>

/** The experts of a rank on the rows that it got, each for one expert with the weight 1. */
export type OwnExperts = (a: DispatchArrays, rows: Shaped, routes: Routed, choice: Choice) => Shaped

/**
 * Experts of which each rank has its own: every rank sends its rows to the ranks of their experts, computes those that it gets, and sends them
 * back (`AllToAllEP` in `distributed/expert_parallel.py`, transformers 5.24). Rows are spread evenly, so that a rank gets as many as it sends.
 * The experts are a group of FSDP2 within that of their layer (`apply_fully_sharded_data_parallelism` in `distributed/fsdp.py`). The caller keeps
 * tokens and routes.
 */
export function acrossRanks(
  run: DecoderRun,
  name: string,
  input: Shaped,
  { weights, indices }: Routed,
  choice: Choice,
  compute: OwnExperts,
): Shaped {
  const { layers, options } = run
  const { sharding } = options
  const experts = sharding?.rules.experts
  if (!sharding || !experts) throw new Error('experts are divided among ranks that share parameters')
  const a = new DispatchArrays(layers)
  const f = new Names(a.tape)
  const { computeDtype } = sharding.rules
  // A policy casts what its module gets.
  const cast = (given: Shaped): Shaped => (computeDtype ? a.to(given, computeDtype) : given)
  const hidden = f.let('hidden', cast({ ...input, isNamed: true }))
  const shares = f.let('weights', cast({ ...weights, isNamed: true }))
  sharding.beforeForward(name)
  if (hidden.grad || shares.grad) a.tape.mark(() => sharding.afterBackward(name))
  // Parameters are local before tokens are sent (`_use_local_dtensor_params`).
  layers.weights.withViews(a.tape, name, () => {
    const { rows, ids, ones, order } = dispatched(a, hidden, indices, choice, experts)
    f.let('rows', rows)
    f.let('ids', ids)
    f.let('ones', ones)
    f.let('order', order)
    const own = { experts: choice.experts / experts.groups, chosen: 1 }
    const routes = { weights: f.get('ones'), indices: f.get('ids') }
    f.let('made', compute(a, f.get('rows'), routes, own))
    f.let('output', combined(a, f.get('made'), shares, f.get('order')))
  })
  f.let('output', a.to(f.get('output'), hidden.dtype))
  const output = f.returned(f.get('output'))
  if (!a.tape.isFirstRun) {
    sharding.afterAgain()
    return output
  }
  const before = sharding.lastLayer
  sharding.afterForward(name)
  const marked = a.tape.marker(output, () => sharding.beforeBackward(name, before))
  a.tape.free(output)
  return { ...output, ...marked, layout: output.layout, isNamed: false }
}

/** `_dispatch_tokens`: the rows that the experts of this rank get, and the order of those that it has sent. */
function dispatched(a: DispatchArrays, hidden: Shaped, indices: Shaped, { experts }: Choice, { groups }: ExpertRules) {
  const f = new Names(a.tape)
  const rows = indices.elements
  f.let('ids', a.reshape({ ...indices, isNamed: true }, [rows]))
  const sorted = a.make([rows], 'int64', 'sort')
  const order = a.make([rows], 'int64', 'sort')
  a.done(sorted)
  f.let('sent', a.index(hidden, a.make([rows], 'int64', 'floor_divide')))
  f.let('sent counts', a.make([experts], 'int64', 'zeros'))
  a.done(a.make([rows], 'int64', 'ones_like'))
  f.let('received counts', a.make([experts], 'int64', 'empty_like'))
  const sums = ['sum', 'sum'].map((name) => a.make([groups], 'int64', name))
  a.done(...sums, a.make([2, groups], 'int64', 'stack'))
  const received = a.exchange(f.get('sent'))
  const own = a.make([experts / groups], 'int64', 'arange')
  const repeated = a.make([experts], 'int64', 'repeat')
  a.done(own)
  const places = a.make([rows], 'int64', 'repeat_interleave')
  const ids = a.make([rows, 1], 'int64', 'index_select')
  a.done(repeated, places)
  const ones = a.make([rows, 1], received.dtype, 'ones_like')
  f.free()
  return { rows: received, ids, ones, order }
}

/** `_combine_tokens`: the rows of this rank's tokens, in their own order, weighted and summed. */
function combined(a: DispatchArrays, made: Shaped, weights: Shaped, order: Shaped): Shaped {
  const f = new Names(a.tape)
  const [tokens = 1, chosen = 1] = weights.layout.shape
  const features = made.layout.shape.at(-1) ?? 1
  f.let('received', a.exchange(made))
  f.let('placed', a.placed(f.get('received'), order))
  const rows = f.let('placed', a.reshape(f.get('placed'), [tokens, chosen, features]))
  return f.returned(a.sum(a.mul(rows, a.unsqueeze(weights, -1)), [1]))
}
