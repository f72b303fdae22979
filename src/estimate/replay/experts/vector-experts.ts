import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import { gated } from '../feed-forward/gated-mlp.js'
import { child, type Named, outFeatures } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/**
 * Experts that are a vector each for their input and their output, beside a gated network (`DogeCDMoE` of `modeling_doge.py`, transformers
 * 5.24): the best pairs of two lists of keys. Scores and indices of all pairs live until the block returns. The caller keeps the input.
 */
export function vectorExperts(run: DecoderRun, block: Named, given: Tensor): Tensor {
  const { layers, options, sizes } = run
  const { tokens } = layers
  const { vectors } = run.forward.feedForward
  if (!vectors) throw new UndescribedBlock(`no model for the experts of ${block.name}`)
  const { chosen, normalised } = vectors
  const a = new GroupedArrays(layers)
  const f = new Names(a.tape)
  const keys = outFeatures(child(block, 'router_gate')) / 2
  const input = a.borrowed(given, [options.batch, options.sequence, sizes.hiddenSize])
  f.let('logits', a.reshape(a.linear(`${block.name}.router_gate`, input), [2, tokens, keys]))
  run.routers?.keep(f.get('logits'), { experts: keys * keys, chosen })
  const best = a.topk(f.get('logits'), keys)
  const halves = a.unbind(best.values)
  for (const [index, half] of halves.entries()) f.let(`scores ${index}`, half)
  f.let('key indices', best.indices)
  const score = (index: number): Shaped => f.get(`scores ${index}`)
  const pairs = a.add(a.unsqueeze(score(0), -1), a.unsqueeze(score(1), -2))
  f.let('all scores', a.reshape(pairs, [tokens, keys * keys]))
  f.let('all indices', a.make([tokens, keys, keys], 'int64', 'add'))
  const { values, indices } = a.topk(f.get('all scores'), chosen)
  f.let('scores', values)
  f.let('places', indices)
  f.let('indices', a.make([tokens, chosen], 'int64', 'gather'))
  const scores = f.get('scores')
  f.let('shares', a.softmax(layers.autocast ? a.to(scores, 'float32') : scores))
  if (normalised) normalise(a, f, options.cache)
  f.let('down', a.lookup(`${block.name}.down_embed`, f.get('indices')))
  f.let('up', a.lookup(`${block.name}.up_embed`, f.get('indices')))
  const column = a.reshape(input, [tokens, sizes.hiddenSize, 1])
  f.let('weights', a.reshape(a.batched(f.get('down'), column), [tokens, chosen]))
  const weights = f.get('weights')
  const opened = a.plain(weights, weights.layout.shape, (tensor) => activate(run, tensor))
  f.let('weights', a.mul(opened, f.get('shares')))
  f.let('made', a.batched(a.reshape(f.get('weights'), [tokens, 1, chosen]), f.get('up')))
  f.let('made', a.reshape(f.get('made'), input.layout.shape))
  const whole = gated(run, block, given, ['gate_proj', 'up_proj', 'down_proj'])
  return f.returned(a.add(a.of(whole, input.layout.shape), f.get('made')))
}

/** Divides shares by their sum, in place. What a softmax has saved must not change, which autograd checks of what is not recomputed. */
function normalise(a: GroupedArrays, f: Names, isPrefill: boolean): void {
  const { saved } = a.tape
  if (!isPrefill && !saved.recording && !saved.isSecondRun)
    throw new UndescribedBlock(
      'with `norm_topk_prob`, transformers changes the output of a softmax in place, so that training stops in backward unless all layers are recomputed: pass `gradientCheckpointing`',
    )
  const shares = f.get('shares')
  f.let('shares', a.divideInPlace(shares, a.sum(shares, [-1], true)))
}
