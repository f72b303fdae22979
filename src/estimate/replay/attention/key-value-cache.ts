import type { Arrays } from '../arrays/arrays.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Tensor } from '../tape.js'

/** The cache makes copies and keeps a reference to each until the end. */
export function cached({ layers }: Pick<DecoderRun, 'layers'>, ...given: readonly [Tensor, Tensor]): [Tensor, Tensor] {
  const { tape } = layers.ops
  const copy = ({ elements, dtype }: Tensor): Tensor => tape.alias(tape.tensor(elements, dtype, 'cat'))
  const copies: [Tensor, Tensor] = [copy(given[0]), copy(given[1])]
  for (const { storage } of copies) tape.ledger.rebook(storage, 'kvCache')
  tape.free(...given)
  return copies
}

/** The cache keeps keys and values as they are. */
export function kept({ layers }: DecoderRun, ...given: readonly [Tensor, Tensor]): [Tensor, Tensor] {
  const { tape } = layers.ops
  for (const tensor of given) tape.ledger.rebook(tape.alias(tensor).storage, 'kvCache')
  return [given[0], given[1]]
}

/** The cache keeps a copy of an array. */
export function keptArray({ layers }: Pick<DecoderRun, 'layers'>, a: Arrays, given: Shaped): Shaped {
  const { tape } = layers.ops
  const { layout, dtype } = given
  const copy = a.make(layout.shape, dtype, 'cat')
  tape.ledger.rebook(tape.alias(copy).storage, 'kvCache')
  return copy
}
