import type { GroupedArrays } from '../arrays/grouped-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { clampedHalves } from '../feed-forward/clamped-gate.js'
import { OmittedLayers } from '../folding/omitted-layers.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { rowsOf } from './expert-dispatch.js'
import type { GroupedRoutes } from './grouped-routes.js'
import { foldedTurns } from './in-turn.js'
import type { Choice } from './routes.js'

/**
 * One expert after the other, each with its part of the parameters of all, whose gradients are as large as these (`Step3p7Experts` of
 * transformers 5.24). The caller keeps tokens and routes.
 */
export function partsInTurn(
  run: DecoderRun,
  a: GroupedArrays,
  name: string,
  input: Shaped,
  { weights }: Pick<GroupedRoutes, 'weights'>,
  choice: Choice,
): Shaped {
  if (!a.has(`${name}.gate_up_proj`)) throw new UndescribedBlock(`no model for ${name}, which has no fused matrices`)
  const { ops } = run.layers
  const f = new Names(a.tape)
  const { layout } = input
  const [tokens = 1, features = 1] = layout.shape
  f.let('final', a.make(layout.shape, input.dtype, 'zeros_like'))
  // Tokens without an expert are a class of their own in the mask.
  f.let('mask', a.make([tokens * choice.chosen * (choice.experts + 1)], 'int64', '_to_copy'))
  const { turns, gaps } = foldedTurns(rowsOf(tokens, choice), a.tape.folds)
  const folded = new OmittedLayers(a.tape, gaps)
  for (const [turn, rows] of turns) {
    folded.before()
    const places = f.let('places', a.make([2 * rows], 'int64', 'where'))
    const picked = (from: Shaped, width: number) =>
      a.plain(from, [rows, width], (tensor) => ops.index(tensor, rows * width, places))
    f.let('current', opened(run, a, a.mm(picked(input, features), part(a, `${name}.gate_up_proj`))))
    const made = a.mm(f.get('current'), part(a, `${name}.down_proj`))
    f.let('current', a.mul(made, picked(weights, 1)))
    const narrow = a.to(f.get('current'), input.dtype)
    const sum = ops.indexAdd(f.get('final'), narrow, places)
    a.done(narrow)
    f.let('final', { ...sum, layout, isNamed: false })
    folded.behind(turn)
  }
  return f.returned(f.get('final'))
}

/** `act(gate) * up`, both clamped. */
function opened(run: DecoderRun, a: GroupedArrays, both: Shaped): Shaped {
  const f = new Names(a.tape)
  f.let('both', both)
  return f.returned(clampedHalves(run, a, f, f.get('both')))
}

/** The transposed matrix of one expert, a view of those of all. On a GPU, autograd adds its gradient to that of the others in place. */
function part(a: GroupedArrays, name: string): Shaped {
  const whole = a.parameter(name)
  if (whole.grad?.kind === 'leaf') whole.grad.addsInPlace = true
  return a.transpose(a.select(whole, 0), 0, 1)
}
