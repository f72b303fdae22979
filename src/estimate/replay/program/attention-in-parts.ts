import { DTYPE_BYTES } from '../dtype.js'
import { emptyParts } from '../memory-ledger.js'
import { foldedLoop, replayedIterations } from '../mixers/folded-loop.js'
import type { Tape, Tensor } from '../tape.js'
import { given } from './operands.js'
import type { Place } from './place.js'
import type { Scope } from './scope.js'

/** Queries, keys and values. */
export type Factors = readonly [query: Tensor, key: Tensor, value: Tensor]

/**
 * Attention to equal parts of the tokens, one after another, such as images or windows. Most parts are not replayed, as in `foldedLoop`. The
 * outputs are joined in a copy, and held until the code around them returns. The caller keeps the factors.
 *
 * @param attended - attention to one of so many parts
 */
export function inParts(
  { layers: { ops } }: Place,
  scope: Scope,
  factors: Factors,
  count: number,
  attended: (query: Tensor, key: Tensor, value: Tensor, parts: number) => Tensor,
): Tensor {
  const { tape } = ops
  const sizes = replayedIterations(tape, count)
  const split = factors.map((whole) =>
    ops.split(
      whole,
      sizes.map((size) => (whole.elements / count) * size),
    ),
  )
  let place = 0
  const next = (): readonly Tensor[] => {
    place += 1
    return split.map((parts) => given(parts[place - 1]))
  }
  const outputs: Tensor[] = []
  foldedLoop(
    tape,
    count,
    () => {
      const [query, key, value] = next()
      outputs.push(attended(given(query), given(key), given(value), count))
    },
    (left) => outputs.push(outputOfOthers(tape, given(outputs.at(-2)), left)),
    () => outputs.push(gradientsOfOthers(tape, next())),
  )
  tape.free(...split.flat())
  const whole = ops.cat(outputs)
  scope.setList('attention outputs', outputs)
  return whole
}

/** What the parts that are not replayed give, in one tensor whose bytes the loop then does not add. */
function outputOfOthers(tape: Tape, { elements, dtype, storage: { part, bytes } }: Tensor, left: number): Tensor {
  const { ledger } = tape
  // What selective recomputation has kept was not allocated by this run.
  if (part === ledger.part) ledger.shift({ ...emptyParts(), [part]: -bytes }, left)
  return tape.tensor(elements * left, dtype, 'clone')
}

/** A place among the outputs from which the gradients of their queries, keys and values come, whose bytes the loop then does not add. */
function gradientsOfOthers(tape: Tape, factors: readonly Tensor[]): Tensor {
  const { ledger } = tape
  return tape.record(
    factors,
    {},
    () => tape.tensor(0, 'bfloat16', 'clone'),
    () =>
      factors.map(({ elements, dtype, grad }) => {
        if (!grad) return undefined
        const bytes = elements * DTYPE_BYTES[dtype]
        ledger.shift({ ...emptyParts(), temporary: -bytes }, 1)
        return ledger.allocate(bytes)
      }),
  )
}
