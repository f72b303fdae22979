import type { Count, Frames, Padded } from '../../../architecture/index.js'
import type { StepOptions } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import type { ModuleFacts } from './module-facts.js'

/** What the steps of a program share. */
export interface Place {
  readonly layers: Layers
  readonly options: StepOptions
  readonly facts: ModuleFacts
  /** The weights of eager attention that the running layer returns. */
  readonly attentionWeights: Tensor[]
  /** Those that it holds until it returns. */
  readonly ownWeights: Tensor[]
  /** Those that the running modules hold. */
  readonly heldWeights: Tensor[]
  /** What the model returns beside its result. */
  readonly memories: Tensor[]
}

/** The sizes of a micro-batch. */
export type BatchSizes = Pick<StepOptions, 'batch' | 'sequence' | 'target' | 'images' | 'seconds' | 'rows'>

/** A product of numbers and sizes of the batch. */
export function countOf(
  { batch, sequence, target, images = 0, seconds = 0, rows = 0 }: BatchSizes,
  count: Count,
): number {
  const sizes = { batch, sequence, target: target ?? sequence, images: images * batch, rows }
  return count.reduce<number>(
    (product, one) =>
      product *
      (typeof one === 'number' ? one : typeof one === 'string' ? sizes[one] : lengthOf(one, sequence, seconds)),
    1,
  )
}

const lengthOf = (one: Frames | Padded, sequence: number, seconds: number): number =>
  'frames' in one ? framesOf(seconds, one) : paddedOf(sequence, one)

/** The tokens of a padded sequence. */
function paddedOf(sequence: number, { paddedTo, less = 0, ifAny = false }: Padded): number {
  const padded = Math.ceil(sequence / paddedTo) * paddedTo
  return ifAny && padded === sequence ? 0 : padded - less
}

/** The steps of a sound that convolutions leave. */
const framesOf = (seconds: number, { frames, rate }: Frames): number =>
  frames.reduce((length, { kernel, stride }) => Math.max(Math.floor((length - kernel) / stride) + 1, 0), seconds * rate)
