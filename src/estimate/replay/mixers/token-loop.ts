import type { Arrays } from '../arrays/arrays.js'
import type { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { emptyParts } from '../memory-ledger.js'
import { foldedLoop } from './folded-loop.js'

/**
 * A folded loop whose code keeps the output of each iteration in a list.
 *
 * @param iterate - one iteration, which returns its output
 * @returns the outputs that were replayed; those of the other iterations are one array with a name
 */
export function tokenLoop(a: Arrays, f: Names, iterations: number, iterate: (iteration: number) => Shaped): Shaped[] {
  const outputs: Shaped[] = []
  foldedLoop(
    a.tape,
    iterations,
    (iteration) => outputs.push(f.let(`output ${iteration}`, iterate(iteration))),
    (left) => {
      const { ledger } = a.tape
      const { part = ledger.part, bytes = 0 } = outputs.at(-1)?.storage ?? {}
      // What selective recomputation has kept was not allocated by this run of the loop.
      if (part === ledger.part) ledger.shift({ ...emptyParts(), [part]: -bytes }, left)
      f.let('other outputs', a.make([left, bytes / DTYPE_WIDTH], 'bfloat16', 'bmm'))
    },
  )
  return outputs
}

const DTYPE_WIDTH = 2
