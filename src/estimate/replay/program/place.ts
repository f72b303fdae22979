import type { Count } from '../../../architecture/index.js'
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
}

/** The sizes of a micro-batch. */
export type BatchSizes = Pick<StepOptions, 'batch' | 'sequence' | 'target' | 'images'>

/** A product of numbers and sizes of the batch. */
export function countOf({ batch, sequence, target, images = 0 }: BatchSizes, count: Count): number {
  const sizes = { batch, sequence, target: target ?? sequence, images: images * batch }
  return count.reduce<number>((product, one) => product * (typeof one === 'number' ? one : sizes[one]), 1)
}
