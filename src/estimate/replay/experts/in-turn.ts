import { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { type Gap, OmittedLayers } from '../folding/omitted-layers.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { rowsOf } from './expert-dispatch.js'
import type { Choice } from './routes.js'

/** Tokens with the scores of all experts, of which those that are not chosen are 0. */
export interface Scored extends Choice {
  readonly input: Tensor
  readonly scores: Tensor
  /** The columns of the mask of tokens and experts: some code counts tokens without an expert as one more. */
  readonly columns: number
}

/** What one expert makes of its rows. Its variables live until the next expert binds them again. */
export type RunExpert = (a: Arrays, f: Names, own: Shaped) => Shaped

/** Runs one expert after the other on its own tokens, and adds their weighted results. The experts' parameters are in one tensor each. */
export function inTurn(layers: Layers, { input, scores, columns, ...choice }: Scored, run: RunExpert): Tensor {
  const { ops, tokens } = layers
  const { tape } = ops
  const a = new Arrays(layers)
  const f = new Names(tape)
  const features = input.elements / tokens
  const hidden = a.borrowed(input, [tokens, features])
  const weights = a.borrowed(scores, [tokens, choice.experts])
  let result = tape.tensor(input.elements, input.dtype, 'zeros_like')
  f.let('mask', a.make([tokens * choice.chosen * columns], 'int64', '_to_copy'))
  const { turns, gaps } = foldedTurns(rowsOf(tokens, choice), tape.folds)
  const folded = new OmittedLayers(tape, gaps)
  for (const [turn, rows] of turns) {
    folded.before()
    const places = f.let('places', a.make([2 * rows], 'int64', 'where'))
    const picked = (from: Shaped, width: number) =>
      a.plain(from, [rows, width], (tensor) => ops.index(tensor, rows * width, places))
    const own = f.let('own', picked(hidden, features))
    const made = run(a, f, own)
    const share = picked(a.unsqueeze(a.select(weights, 1), -1), 1)
    const weighted = f.let('weighted', a.mul(made, share))
    const narrow = ops.to(weighted, result.dtype)
    const next = ops.indexAdd(result, narrow, places)
    tape.free(narrow, result)
    result = next
    folded.behind(turn)
  }
  f.free()
  return result
}

/** Runs all experts on a copy of all tokens each, and sums their weighted results. */
export function onAllTokens(
  layers: Layers,
  { input, scores, experts }: Omit<Scored, 'columns'>,
  run: (a: Arrays, f: Names, hidden: Shaped) => Shaped,
): Tensor {
  const { ops, tokens } = layers
  const a = new Arrays(layers)
  const f = new Names(ops.tape)
  const hidden = f.let('hidden', a.make([experts, tokens, input.elements / tokens], input.dtype, 'repeat'))
  f.let('next', run(a, f, hidden))
  const shares = a.unsqueeze(a.transpose(a.borrowed(scores, [tokens, experts]), 0, 1), -1)
  f.let('next', a.mul(f.get('next'), shares))
  return f.returned(f.let('next', a.sum(f.get('next'), [0])))
}

/** The experts that are replayed, with their rows: like identical layers, most of those with as many rows are not (see `foldLayers`). */
export function foldedTurns(rows: readonly number[], folds: boolean) {
  const gaps = new Map<string, Gap>()
  const turns: [turn: string, rows: number][] = []
  for (const size of new Set(rows)) {
    const first = rows.indexOf(size)
    const count = rows.lastIndexOf(size) - first + 1
    const left = count - LEAD - TAIL
    const isFolded = folds && left > 1
    if (isFolded) gaps.set(String(first + LEAD - 1), { period: 1, count: left })
    for (let turn = first; turn < first + count; turn += 1) {
      if (!isFolded || turn < first + LEAD || turn >= first + count - TAIL) turns.push([String(turn), size])
    }
  }
  return { turns, gaps }
}

/** Experts that are replayed at the beginning and at the end of those with as many rows. */
const LEAD = 3
const TAIL = 2
