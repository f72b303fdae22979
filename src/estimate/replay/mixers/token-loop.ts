import type { Arrays } from '../arrays/arrays.js'
import type { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { emptyParts } from '../memory-ledger.js'
import { OmittedLayers } from '../omitted-layers.js'

/** Iterations that are replayed at the beginning and at the end. */
const LEAD = 4
const TAIL = 3

/**
 * A loop of a model's code that goes from one token, or one chunk of tokens, to the next. Like identical layers (see `foldLayers`), most
 * iterations are not replayed: they add the same bytes as the one before.
 *
 * @param state - the name of what an iteration leaves for the next
 * @param iterate - one iteration: binds the state, and returns its output, which the code keeps in a list
 * @returns the outputs that were replayed; those of the other iterations are one array with a name
 */
export function tokenLoop(
  a: Arrays,
  f: Names,
  { iterations, state }: { readonly iterations: number; readonly state: string },
  iterate: (iteration: number) => Shaped,
): Shaped[] {
  const left = Math.max(iterations - LEAD - TAIL, 0)
  const gaps = left > 1 ? new Map([[String(LEAD - 1), { period: 1, count: left }]]) : new Map()
  const folded = new OmittedLayers(a.tape, gaps)
  const outputs: Shaped[] = []
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    folded.before()
    const output = f.let(`output ${iteration}`, iterate(iteration))
    outputs.push(output)
    const before = f.get(state)
    const behind = folded.behind(String(iteration), a.tape.alias(before))
    f.let(state, { ...behind, layout: before.layout, isNamed: false })
    if (gaps.size === 0 || iteration !== LEAD - 1) continue
    const { part, bytes } = output.storage
    a.tape.ledger.shift({ ...emptyParts(), [part]: -bytes }, left)
    f.let('other outputs', a.make([left, bytes / DTYPE_WIDTH], 'bfloat16', 'bmm'))
    iteration += left
  }
  return outputs
}

const DTYPE_WIDTH = 2
