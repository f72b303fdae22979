import type { Count, WrittenBlock } from '../../../../architecture/index.js'
import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenArrays } from '../../arrays/written-arrays.js'

/** What a module that is written over arrays needs. */
export interface WrittenRun {
  readonly arrays: WrittenArrays
  /** The variables of the function. */
  readonly names: Names
  readonly batch: number
  readonly tokens: number
  readonly isEager: boolean
  /** Whether torch's memory-efficient kernel is asked for. */
  readonly isEfficient: boolean
  /** Whether keys and values are cached, where the layers of a class cache them. */
  readonly caches: boolean
  /** The numbers of a product of sizes. */
  readonly shape: (count: Count) => number[]
  /** Runs a module that is written over arrays too and reads no variables. */
  readonly called: (module: string, block: WrittenBlock) => Shaped
  /** The full name of a module. */
  readonly named: (module: string) => string
  /** A copy with a part of it set to zero, if the run drops something and the rate is above 0. */
  readonly dropped: (rate: number, input: Shaped) => Shaped
  /** Keeps weights of attention that the layer returns, until the next layer has returned. */
  readonly returned: (weights: Shaped) => void
  /** Keeps weights of attention in a variable of the layer, in place of those that it had. */
  readonly held: (weights: Shaped) => void
  /** A variable of the program, which keeps it. One size may be -1, for what the others leave. */
  readonly given: (name: string, shape: readonly number[]) => Shaped
}
