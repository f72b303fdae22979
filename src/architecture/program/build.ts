import type { Norm } from '../forward/index.js'
import { type Count, TOKENS } from './count.js'
import type { Assignment, AttentionCall, Call, Lookup, Make, Operation, Step, Steps, Value } from './steps.js'
import type { WrittenBlock } from './written.js'

/** `name = value` */
export const set = (name: string, be: Value): Assignment => ({ let: name, be })

/** `return value` */
export const give = (value: Value): Step => ({ give: value })

/** `a, b = of.split(sizes)` */
export const split = (of: Value, into: readonly string[], sizes: readonly Count[]): Step => ({ split: of, into, sizes })

/** A linear layer. */
export const project = (module: string, of: Value): Operation => ({ op: 'linear', module, of })

/** A convolution, and the elements of its output. */
export const convolved = (module: string, of: Value, count: Count): Operation => ({
  op: 'convolution',
  module,
  of,
  count,
})

/** Rows of an embedding. */
export const lookup = (module: string, rows: Count = TOKENS, by?: Value): Lookup => ({
  op: 'lookup',
  module,
  rows,
  ...(by !== undefined && { by }),
})

/** The input embeddings. */
export const words = (module: string, rows: Count = TOKENS, by?: Value): Operation => ({
  ...lookup(module, rows, by),
  isInput: true,
})

/** Layer normalisation in one kernel. */
export const layerNormed = (module: string, of: Value): Operation => normed('layerNorm', module, of)

/** A norm of any kind. */
export const normed = (kind: Norm, module: string, of: Value): Operation => ({ op: 'norm', kind, module, of })

/** An activation function, by its name in `ACT2FN`. */
export const activated = (name: string, of: Value): Operation => ({ op: 'activation', name, of })

/** A sum or mean of elements, of which so many are left. */
export const summed = (of: Value, count: Count): Operation => ({ op: 'sum', of, count })

/** The product with a number, or with a tensor that has no gradient. */
export const scaled = (of: Value, by?: Value): Operation => ({ op: 'scale', of, ...(by !== undefined && { by }) })

/** Dropout at a rate; at a rate of 0 the value itself. */
export const dropped = (rate: number, of: Value): Value => (rate > 0 ? { op: 'dropout', of } : of)

/** `name = dropout(name)`; at a rate of 0 nothing. */
export const dropping = (rate: number, name: string): Steps => (rate > 0 ? [set(name, dropped(rate, name))] : [])

/** `left + right` */
export const plus = (left: Value, right: Value): Operation => ({ op: 'add', of: [left, right] })

/** A contiguous copy. */
export const copied = (of: Value): Operation => ({ op: 'copy', of })

/** A part of a tensor, as a view. */
export const part = (of: Value, count: Count): Operation => ({ op: 'part', of, count })

/** A new tensor without a history. */
export const make = (count: Count, type: Make['type']): Make => ({ op: 'make', count, type })

/** A new tensor without a history, in the dtype of a variable. */
export const makeLike = (count: Count, like: string): Make => ({ op: 'make', count, type: 'model', like })

/** A mask that only eager attention needs. */
export const eagerMask = (count: Count): Operation => ({ ...make(count, 'model'), isForEager: true })

/** Attention by the kernel that the estimate is asked for. */
export const attended = (of: AttentionCall['of'], sizes: Omit<AttentionCall, 'op' | 'of'>): Operation => ({
  op: 'attention',
  of,
  ...sizes,
})

/** The rest of a module, written over arrays. */
export const written = (block: WrittenBlock): Operation => ({ op: 'written', block })

/** A module, with its arguments. */
export const call = (steps: Steps, args: Call['with'], at?: string): Call => ({
  op: 'call',
  steps,
  with: args,
  ...(at !== undefined && { at }),
})
