import type { Dropout } from '../../architecture/index.js'
import type { DecoderRun } from './decoder-run.js'
import type { Tensor } from './tape.js'

/** What a decoder drops parts of. */
export type Dropped = 'embeddings' | 'attention' | 'attended' | 'activated' | 'fed' | 'labelled'

/** The run of a forward pass, as far as dropout depends on it. */
type DroppingRun = Pick<DecoderRun, 'forward' | 'options'>

/** Whether the run drops parts of it. */
export function isDropped({ forward, options }: DroppingRun, what: Dropped): boolean {
  const { fixed } = forward.dropout
  const applies = options.drops === 'all' || (options.drops === 'fixed' && what !== 'labelled' && fixed.includes(what))
  return applies && forward.dropout[what] > 0
}

/** A tensor of which the run may have dropped a part. Frees its input. */
export function dropped(run: DroppingRun & Pick<DecoderRun, 'layers'>, what: Dropped, input: Tensor): Tensor {
  if (!isDropped(run, what)) return input
  const { ops } = run.layers
  const output = ops.dropout(input)
  ops.tape.free(input)
  return output
}

/** The output of a block, if the code drops a part of it in the given place. Frees its input. */
export function droppedIn(
  run: DecoderRun,
  place: Required<Dropout>['place'],
  what: 'attended' | 'fed',
  output: Tensor,
): Tensor {
  return run.forward.dropout.place === place ? dropped(run, what, output) : output
}
