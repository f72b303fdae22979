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
 */
export function foldedLoop(
  tape: Tape,
  iterations: number,
  iterate: (iteration: number) => void,
  omit?: (count: number) => void,
): void {
  const left = tape.folds ? Math.max(iterations - LEAD - TAIL, 0) : 0
  const gaps = left > 1 ? new Map([[String(LEAD - 1), { period: 1, count: left }]]) : new Map()
  const omitted = new OmittedLayers(tape, gaps)
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    omitted.before()
    iterate(iteration)
    omitted.behind(String(iteration))
    if (!gaps.has(String(iteration))) continue
    omit?.(left)
    iteration += left
  }
}
