import type { RouterLoss } from '../../../architecture/index.js'
import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { RouterOutput, RouterOutputs } from '../decoder/router-outputs.js'
import type { DecoderModel } from '../decoder-model.js'
import { RepeatedLayers } from '../folding/repeated-layers.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** What the loss of routers is computed of. */
export interface RouterLossOf {
  readonly layers: Layers
  readonly model: Pick<DecoderModel, 'layers' | 'leftOut'>
  readonly routers: RouterOutputs
  /** Whether the caller gives a mask of the tokens, which all count. */
  readonly isMasked: boolean
}

/** Adds the loss of the routers, times its coefficient, to the loss in place; without labels it is only computed. Frees the loss. */
export function addRouterLoss(form: RouterLoss, of: RouterLossOf, loss?: Tensor): Tensor | undefined {
  const own = LOSSES[form]?.(new GroupedArrays(of.layers), of)
  if (!own) return loss
  const { ops } = of.layers
  if (!loss) {
    ops.tape.free(own)
    return undefined
  }
  const weighted = ops.scale(own)
  const sum = ops.addInPlace(loss, weighted)
  ops.tape.free(weighted, own, loss)
  return sum
}

type Compute = (a: GroupedArrays, of: RouterLossOf) => Tensor | undefined

const LOSSES: Readonly<Record<RouterLoss, Compute | undefined>> = {
  none: undefined,
  joined: (a, of) => joined(a, of, true),
  joinedShares: (a, of) => joined(a, of, false),
  layerByLayer,
  pairsOfKeys,
}

/** `load_balancing_loss_func` of transformers 4.57.6 (`modeling_mixtral.py`; that of DBRX gets shares, and computes no softmax). */
function joined(a: GroupedArrays, { layers, routers, isMasked }: RouterLossOf, ofLogits: boolean): Tensor | undefined {
  const [first] = routers.kept
  if (!first) return undefined
  const { tokens } = layers
  const { experts, chosen } = first
  const rows = tokens * routers.count
  const f = new Names(a.tape)
  const parts = routers.kept.map(({ logits }) => a.borrowed(logits, [tokens, experts]))
  const together = f.let('joined', a.cat(parts, 0, rows))
  const shares = f.let('shares', ofLogits ? softmaxed(a, together) : together)
  const { indices } = largest(a, f, shares, chosen)
  const hot = f.let('hot', a.make([...indices.layout.shape, experts], 'int64', 'scatter_'))
  if (isMasked) {
    const mask = f.let('mask', a.make(hot.layout.shape, 'int64', 'clone'))
    f.let('tokens', meanOfMasked(a, a.to(hot, 'float32'), mask))
    const ofShares = f.let('mask of shares', a.make([rows, experts], 'int64', 'clone'))
    f.let('probability', meanOfMasked(a, shares, ofShares))
  } else {
    f.let('tokens', meanOfRows(a, a.to(hot, 'float32'), [chosen, experts]))
    f.let('probability', meanOfRows(a, shares, [experts]))
  }
  return scaledSum(a, f)
}

/** `load_balancing_loss_func` of transformers 5.24.0 (`modeling_mixtral.py`): each layer adds to sums, so that only shares are kept for backward. */
function layerByLayer(a: GroupedArrays, { layers, model, routers, isMasked }: RouterLossOf): Tensor | undefined {
  const [first] = routers.kept
  if (!first) return undefined
  const { tokens } = layers
  const { experts } = first
  const f = new Names(a.tape)
  f.let('tokens', a.make([experts], 'float32', 'zeros'))
  f.let('probability', a.make([experts], 'float32', 'zeros'))
  if (isMasked) f.let('mask', a.make([tokens], 'float32', '_to_copy'))
  const folded = new RepeatedLayers(a.tape, model.leftOut)
  for (const { name } of model.layers) {
    folded.before(name)
    for (const one of routers.kept) if (one.layer === name) addLayer(a, f, one, tokens)
    folded.behind(name)
  }
  const total = () => a.constant([], 'float32')
  f.let('tokens', a.divide(f.get('tokens'), total()))
  f.let('probability', a.divide(f.get('probability'), total()))
  return scaledSum(a, f)
}

/** Adds what one router has chosen, and its shares. */
function addLayer(a: GroupedArrays, f: Names, { logits, experts, chosen }: RouterOutput, tokens: number): void {
  const shares = f.let('shares', softmaxed(a, a.borrowed(logits, [tokens, experts])))
  largest(a, f, shares, chosen)
  const wide = () => a.to(shares, 'float32')
  if (f.has('mask')) {
    const repeated = a.make([tokens * chosen], 'float32', 'repeat_interleave')
    const counts = a.make([experts], 'float32', 'zeros')
    a.done(repeated)
    f.let('tokens', a.add(f.get('tokens'), counts))
    const weighted = a.mul(wide(), a.unsqueeze(f.get('mask'), -1))
    f.let('probability', a.add(f.get('probability'), a.sum(weighted, [0])))
    return
  }
  const places = a.make([tokens * chosen], 'float32', '_to_copy')
  const counts = a.make([experts], 'float32', 'histc')
  a.done(places)
  f.let('tokens', a.add(f.get('tokens'), counts))
  f.let('probability', a.add(f.get('probability'), a.sum(wide(), [0])))
}

/** `load_balancing_loss_func` of `modeling_doge.py` (4.57.6): the scores of all pairs of the best keys, as many as there are experts. */
function pairsOfKeys(a: GroupedArrays, { layers, model, routers, isMasked }: RouterLossOf): Tensor | undefined {
  const [first] = routers.kept
  if (!first) return undefined
  const { tokens } = layers
  const { experts, chosen, logits } = first
  const rows = tokens * routers.count
  const f = new Names(a.tape)
  const parts: { readonly of: RouterOutput; readonly indices: Shaped; readonly shares: Shaped }[] = []
  const folded = new RepeatedLayers(a.tape, model.leftOut)
  for (const { name } of model.layers) {
    folded.before(name)
    for (const one of routers.kept) if (one.layer === name) parts.push({ of: one, ...sharesOfPairs(a, f, one, tokens) })
    folded.behind(name)
  }
  // The names of the lists are bound to the tensors that are made of them.
  f.let(
    'indices of all',
    a.cat(
      parts.map(({ indices }) => indices),
      0,
      rows,
    ),
  )
  for (const { of, indices } of parts) routers.freeLike(of, indices)
  const all = f.let(
    'shares of all',
    a.cat(
      parts.map(({ shares }) => shares),
      0,
      rows,
    ),
  )
  for (const { of, shares } of parts) routers.freeLike(of, shares)
  const { dtype } = logits
  if (isMasked) {
    const mask = f.let('mask', a.make([rows * chosen], 'int64', 'clone'))
    a.done(a.make([rows * chosen], 'bool', '_to_copy'))
    f.let('indices of all', a.make(mask.layout.shape, 'int64', 'index'))
  }
  const zeros = f.let('tokens', a.make([experts], dtype, 'zeros'))
  f.let('pad', a.make([rows * chosen], dtype, 'ones_like'))
  f.let('tokens', a.divide(zeros, a.constant([], dtype)))
  if (isMasked) {
    const mask = f.let('mask of shares', a.make([rows, experts], 'int64', 'clone'))
    f.let('probability', meanOfMasked(a, all, mask))
  } else f.let('probability', meanOfRows(a, all, [experts]))
  return scaledSum(a, f)
}

/** The experts of the best pairs of keys of each token, and the shares of all pairs. */
function sharesOfPairs(a: GroupedArrays, f: Names, { logits, experts, chosen }: RouterOutput, tokens: number) {
  const keys = Math.sqrt(experts)
  const best = a.topk(a.borrowed(logits, [2, tokens, keys]), keys)
  for (const [index, half] of a.unbind(best.values).entries()) f.let(`scores ${index}`, half)
  f.let('key indices', best.indices)
  const pairs = a.add(a.unsqueeze(f.get('scores 0'), -1), a.unsqueeze(f.get('scores 1'), -2))
  const scaled = a.make([tokens, keys, 1], 'int64', 'mul')
  const numbers = a.make([tokens, keys, keys], 'int64', 'add')
  f.let('all scores', pairs)
  f.let('all indices', numbers)
  a.done(scaled)
  f.let('all scores', a.reshape(f.get('all scores'), [tokens, experts]))
  largest(a, f, f.get('all scores'), chosen)
  const indices = f.let('expert indices', a.make([tokens, chosen], 'int64', 'gather'))
  const shares = f.let('shares', softmaxed(a, f.get('all scores')))
  a.tape.alias(indices)
  a.tape.alias(shares)
  return { indices, shares }
}

function softmaxed(a: GroupedArrays, logits: Shaped): Shaped {
  return a.softmax(a.layers.autocast ? a.to(logits, 'float32') : logits)
}

/** The experts with the largest shares of each token. No gradient flows back from them. */
function largest(a: GroupedArrays, f: Names, shares: Shaped, chosen: number): { readonly indices: Shaped } {
  return a.tape.unread(() => {
    const { values, indices } = a.topk(shares, chosen)
    f.let('largest', values)
    return { indices: f.let('indices', indices) }
  })
}

/** The mean over the first dimension. Its gradient is as large as what it is of. */
function meanOfRows(a: GroupedArrays, given: Shaped, shape: readonly number[]): Shaped {
  const elements = shape.reduce((product, size) => product * size, 1)
  return a.plain(given, shape, (tensor) => a.layers.ops.mean(tensor, elements))
}

/** The mean over the first dimension of what a mask lets pass. The mask is kept for backward. */
function meanOfMasked(a: GroupedArrays, given: Shaped, mask: Shaped): Shaped {
  const sum = a.sum(a.byNumbers(given, mask, 'mul'), [0])
  return a.byNumbers(sum, a.make(sum.layout.shape, 'int64', 'sum'), 'div')
}

/** The sum over experts of what they get times their mean share, times their number. */
function scaledSum(a: GroupedArrays, f: Names): Tensor {
  const product = a.mul(f.get('tokens'), a.unsqueeze(f.get('probability'), 0))
  const dims = product.layout.shape.map((_, dim) => dim)
  const sum = f.let('sum', a.sum(product, dims))
  return f.returned(a.scale(sum))
}
