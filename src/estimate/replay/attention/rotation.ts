import type { DecoderRun } from '../decoder.js'
import type { Tensor } from '../tape.js'

/**
 * Queries and keys with their positions turned in: rotary position embedding (Su et al. 2021, arXiv:2104.09864). What is given
 * stays the caller's; what is rotated of it goes to those that are held, where the code keeps a name of it.
 */
export function rotate(
  run: DecoderRun,
  query: Tensor,
  key: Tensor,
  layer: number,
  held: Tensor[],
): readonly [Tensor, Tensor] {
  const { layers, traits, rotary } = run
  const { ops } = layers
  const { tape } = ops
  if (!rotary || !traits.rotates(layer)) return [tape.alias(query), tape.alias(key)]
  if (traits.pairs === 'complex') return complexly(run, query, key)
  const given = [query, key].map((tensor) =>
    traits.rotaryPrecision === 'inputs' ? ops.to(tensor, 'float32') : tape.alias(tensor),
  )
  const tables = [rotary.cos, rotary.sin].map((table) =>
    traits.ownTables ? tape.tensor(table.elements, table.dtype, 'repeat_interleave') : tape.alias(table),
  )
  const turned =
    traits.rotaryShare < 1 || traits.partialRotary
      ? partly(run, given, tables, held)
      : given.map((one) => wholly(run, one, tables))
  tape.free(...given, ...tables)
  const [turnedQuery = query, turnedKey = key] = turned
  const isCastBack = traits.rotaryPrecision !== 'own'
  const back = (turnedOne: Tensor, { dtype }: Tensor): Tensor =>
    isCastBack ? ops.to(turnedOne, dtype) : tape.alias(turnedOne)
  const outputs = [back(turnedQuery, query), back(turnedKey, key)] as const
  tape.free(...turned)
  return outputs
}

/** Pairs as complex numbers in float32, both before either is cast back (Llama 4). */
function complexly({ layers: { ops }, rotary }: DecoderRun, query: Tensor, key: Tensor): readonly [Tensor, Tensor] {
  const { tape } = ops
  const wide = [ops.to(query, 'float32'), ops.to(key, 'float32')]
  const products = wide.map((input) => ops.scale(input, rotary?.cos))
  const [first = query, second = key] = products
  const outputs = [ops.to(first, query.dtype), ops.to(second, key.dtype)] as const
  tape.free(...wide, ...products)
  return outputs
}

/**
 * Queries and keys of which all features turn, however they are paired: halves, neighbours that are brought into halves first
 * (DeepSeek-V3), or complex numbers in float32 (DeepSeek-V2). What is given stays the caller's.
 */
export function rotatedHeads(run: DecoderRun, query: Tensor, key: Tensor): readonly [Tensor, Tensor] {
  const { layers, traits, rotary } = run
  const { ops } = layers
  const { tape } = ops
  if (!rotary) return [tape.alias(query), tape.alias(key)]
  const tables = [rotary.cos, rotary.sin]
  const prepare = { halves: tape.alias.bind(tape), interleaved: ops.reordered.bind(ops), complex: wide }[traits.pairs]
  const given = [prepare(query), prepare(key)] as const
  const turn = (input: Tensor): Tensor =>
    traits.pairs === 'complex' ? ops.scale(input, rotary.cos) : wholly(run, input, tables)
  function wide(input: Tensor): Tensor {
    return ops.to(input, 'float32')
  }
  const back = (input: Tensor, { dtype }: Tensor): Tensor => {
    if (traits.pairs !== 'complex') return input
    const output = ops.to(input, dtype)
    tape.free(input)
    return output
  }
  const outputs = [back(turn(given[0]), query), back(turn(given[1]), key)] as const
  tape.free(...given)
  return outputs
}

/** `x * cos + rotate_half(x) * sin`. */
function wholly({ layers, traits }: DecoderRun, input: Tensor, [cos, sin]: readonly Tensor[]): Tensor {
  const { ops } = layers
  const { tape } = ops
  const widened = (tensor: Tensor): Tensor =>
    traits.rotaryPrecision === 'terms' ? ops.to(tensor, 'float32') : tape.alias(tensor)
  const term = widened(input)
  const straight = ops.scale(term, cos)
  tape.free(term)
  const first = ops.slice(input, input.elements / 2)
  const second = ops.slice(input, input.elements / 2)
  const negative = ops.elementwise(second, 'neg', 'nothing')
  const half = ops.cat([negative, first])
  tape.free(negative, first, second)
  const otherTerm = widened(half)
  tape.free(half)
  const across = ops.scale(otherTerm, sin)
  tape.free(otherTerm)
  const output = ops.add(straight, across)
  tape.free(straight, across)
  return output
}

/** The same where only a share of each head is rotated, or where the code puts the parts together again anyway. */
function partly(
  run: DecoderRun,
  given: readonly Tensor[],
  tables: readonly Tensor[],
  held: Tensor[],
): readonly Tensor[] {
  const { layers, traits } = run
  const { ops } = layers
  const { tape } = ops
  const { rotaryShare: share } = traits
  const parts = given.map((input) => ({
    turning: ops.slice(input, input.elements * share),
    passing: ops.slice(input, input.elements * (1 - share)),
  }))
  const together = (turned: Tensor, passing: Tensor): Tensor => {
    const output = ops.cat([turned, passing])
    if (traits.holdsRotated) held.push(tape.alias(turned))
    tape.free(turned, passing)
    return output
  }
  const turn = (turning: Tensor): Tensor => {
    const turned = wholly(run, turning, tables)
    tape.free(turning)
    return turned
  }
  if (traits.rotatesOneByOne) return parts.map(({ turning, passing }) => together(turn(turning), passing))
  return parts
    .map(({ turning, passing }) => ({ turned: turn(turning), passing }))
    .map(({ turned, passing }) => together(turned, passing))
}
