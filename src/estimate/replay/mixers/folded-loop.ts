import { OmittedLayers } from '../folding/omitted-layers.js'
import type { Tape } from '../tape.js'

/** Iterations that are replayed at the beginning and at the end. */
const LEAD = 4
const TAIL = 3

/**
 * A loop of a model's code from one token, or one chunk of tokens, to the next. Like identical layers (see `foldLayers`), most iterations are
 * not replayed: each adds the same bytes as the one before, in the forward pass and in the backward pass.
 *
 * @param iterate - one iteration, by its index
 * @param omit - called behind the iteration before those that are left out, with their number
 * @param close - the same, while what it does in backward still follows what the iterations that are left out do there
 */
export function foldedLoop(
  tape: Tape,
  iterations: number,
  iterate: (iteration: number) => void,
  omit?: (count: number) => void,
  close?: (count: number) => void,
): void {
  const left = leftOut(tape, iterations)
  const gaps = left > 0 ? new Map([[String(LEAD - 1), { period: 1, count: left }]]) : new Map()
  const omitted = new OmittedLayers(tape, gaps)
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    omitted.before()
    iterate(iteration)
    if (gaps.has(String(iteration))) close?.(left)
    omitted.behind(String(iteration))
    if (!gaps.has(String(iteration))) continue
    omit?.(left)
    iteration += left
  }
}

/** How many iterations are not replayed. */
function leftOut({ folds }: Tape, iterations: number): number {
  const left = folds ? Math.max(iterations - LEAD - TAIL, 0) : 0
  return left > 1 ? left : 0
}

/** The iterations that are replayed, in order, and between them how many are not. */
export function replayedIterations(tape: Tape, iterations: number): readonly number[] {
  const left = leftOut(tape, iterations)
  const ones = (count: number) => Array.from({ length: count }, () => 1)
  return left > 0 ? [...ones(LEAD), left, ...ones(TAIL)] : ones(iterations)
}
