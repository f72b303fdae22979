import { withTargets } from '../adapters/targeted-parameters.js'
import { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { gated } from '../feed-forward/gated-mlp.js'
import { OmittedLayers } from '../folding/omitted-layers.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { rowsOf } from './expert-dispatch.js'
import { foldedTurns } from './in-turn.js'
import type { Choice } from './routes.js'

/**
 * Experts one after the other, each on a slice of the rows sorted by expert, with its part of the parameters of all; what they make is written
 * into zeros (`AriaTextMoELayer` of transformers 4.57.6). The caller keeps the input.
 */
export function writtenInTurn(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers, options, sizes } = run
  const a = new GroupedArrays(layers)
  const f = new Names(a.tape)
  const { hiddenSize } = sizes
  const choice = choiceOf(block)
  const { tokens } = layers
  const rows = tokens * choice.chosen
  const shape = [options.batch, options.sequence, hiddenSize]
  const hidden = f.let('hidden', a.reshape(a.borrowed(input, shape), [tokens, hiddenSize]))
  f.let('logits', a.linear(`${block.name}.router`, hidden))
  const { values, indices } = a.topk(f.get('logits'), choice.chosen)
  f.let('top logits', values)
  f.let('top indices', indices)
  // Autocast computes a softmax in float32.
  f.let('scores', a.softmax(layers.autocast ? a.to(f.get('top logits'), 'float32') : f.get('top logits')))
  a.done(a.make([rows], 'float32', '_to_copy'))
  f.let('counts', a.make([choice.experts], 'int64', '_to_copy'))
  const sorted = a.make([rows], 'int64', 'sort')
  const order = f.let('order', a.make([rows], 'int64', 'sort'))
  a.done(sorted)
  f.let('permuted', a.indexSelect(hidden, 0, a.make([rows], 'int64', 'floor_divide')))
  f.let('expert output', expertsOf(a, `${block.name}.experts`, f.get('permuted'), choice))
  const zeros = a.make([rows, hiddenSize], f.get('expert output').dtype, 'zeros')
  f.let('rows', a.indexCopy(zeros, f.get('expert output'), order))
  f.let('rows', a.reshape(f.get('rows'), [tokens, choice.chosen, hiddenSize]))
  f.let('output', a.sum(a.mul(f.get('rows'), a.unsqueeze(f.get('scores'), -1)), [1]))
  const beside = child(block, 'shared_experts')
  if (!beside) throw new UndescribedBlock(`${block.name} has no shared experts`)
  f.let('shared', a.of(gated(run, beside, hidden, ['gate_proj', 'up_proj', 'down_proj']), [tokens, hiddenSize]))
  return f.returned(a.add(f.get('output'), f.get('shared')))
}

function choiceOf(block: Named): Choice {
  const experts = child(block, 'experts')
  const routed = experts && child(experts, 'fc1')?.module.routed
  if (!routed) throw new UndescribedBlock(`no model for ${block.name}`)
  return { experts: routed.experts, chosen: routed.expertsPerToken }
}

/** `AriaGroupedExpertsMLP` */
function expertsOf(a: GroupedArrays, name: string, permuted: Shaped, choice: Choice): Shaped {
  const f = new Names(a.tape)
  const both = f.let('made', product(a, permuted, `${name}.fc1`, choice))
  const width = (both.layout.shape[1] ?? 2) / 2
  const [projection = both, gate = both] = a.split(both, [width, width])
  f.let('projection', projection)
  f.let('gate', gate)
  f.let('made', a.mul(a.silu(f.get('projection')), f.get('gate')))
  return f.returned(f.let('out', product(a, f.get('made'), `${name}.fc2`, choice)))
}

/** `sequential_experts_gemm`. On a GPU, autograd adds the gradients of the experts' parts in place. */
function product(a: GroupedArrays, rows: Shaped, module: string, choice: Choice): Shaped {
  return withTargets(a.layers, module, () => throughParts(a, rows, `${module}.weight`, choice))
}

function throughParts(a: GroupedArrays, rows: Shaped, name: string, choice: Choice): Shaped {
  const f = new Names(a.tape)
  const weight = a.parameter(name)
  if (weight.grad) weight.grad.addsInPlace = true
  const [count = 1] = rows.layout.shape
  f.let('output', a.make([count, weight.layout.shape[2] ?? 1], rows.dtype, 'zeros'))
  const { turns, gaps } = foldedTurns(rowsOf(count / choice.chosen, choice), a.tape.folds)
  const folded = new OmittedLayers(a.tape, gaps)
  for (const [turn, size] of turns) {
    folded.before()
    f.let('tokens', a.slice(rows, 0, size))
    f.let('out', a.mm(f.get('tokens'), a.select(weight, 0)))
    f.let('output', a.assign(f.get('output'), f.get('out')))
    folded.behind(turn)
  }
  return f.returned(f.get('output'))
}
