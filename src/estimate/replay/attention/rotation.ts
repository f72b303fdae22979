import type { CompleteRotation } from '../complete-forward-pass.js'
import type { DecoderRun, RotaryTables } from '../decoder-run.js'
import type { Kernels } from '../kernel-set.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { AXES, rotaryTables } from './rotary-tables.js'

/**
 * Rotates queries and keys by their positions: rotary position embedding (Su et al. 2021, arXiv:2104.09864). The caller keeps
 * the inputs. If the code keeps a name for their rotated part, that part is added to the held tensors.
 */
export function rotate(
  run: DecoderRun,
  query: Tensor,
  key: Tensor,
  layer: number,
  held: Tensor[],
): readonly [Tensor, Tensor] {
  const { layers } = run
  const shared = run.tables ?? ownTables(run, query.dtype, held)
  const { rotation } = run.forward
  const { ops } = layers
  const { tape } = ops
  if (!shared || !rotation?.rotatesIn(layer)) return [tape.alias(query), tape.alias(key)]
  if (isRotatedInPlace(layers.kernels, rotation)) return inPlace(layers, shared, query, key)
  if (rotation.pairs === 'complex') return asComplexNumbers(layers, shared, query, key)
  const given = [query, key].map((tensor) =>
    WIDE_INPUTS.has(rotation.float32) ? ops.to(tensor, 'float32') : tape.alias(tensor),
  )
  const tables = tablesOfLayer(layers, rotation, shared)
  const rotated = rotation.concatenates
    ? partlyRotated(run, rotation, given, tables, held, layer)
    : given.map((one) =>
        rotation.pairs === 'halvesApart'
          ? rotatedApart(layers, one, tables)
          : rotatedHalves(layers, rotation, one, tables),
      )
  tape.free(...given, ...tables)
  const [rotatedQuery = query, rotatedKey = key] = rotated
  const isCastBack = rotation.float32 !== 'nothing'
  const back = (rotatedOne: Tensor, { dtype }: Tensor): Tensor =>
    isCastBack ? ops.to(rotatedOne, dtype) : tape.alias(rotatedOne)
  const outputs = [back(rotatedQuery, query), back(rotatedKey, key)] as const
  tape.free(...rotated)
  return outputs
}

/** Queries and keys in float32. */
const WIDE_INPUTS: ReadonlySet<CompleteRotation['float32']> = new Set(['inputs', 'inputsAndTables'])

/** The tables as a layer uses them: joined from three axes, with each value twice, in float32, or as they are. */
function tablesOfLayer(
  { ops }: Layers,
  { axes, repeatsTables, float32 }: CompleteRotation,
  { cos, sin }: RotaryTables,
) {
  const { tape } = ops
  const joined = [cos, sin].map((table) => {
    if (axes === 'inLayers') return tape.tensor(table.elements / AXES, table.dtype, 'cat')
    return float32 === 'inputsAndTables' ? ops.to(table, 'float32') : tape.alias(table)
  })
  if (!repeatsTables) return joined
  return joined.map((table) => {
    const repeated = tape.tensor(table.elements, table.dtype, 'repeat_interleave')
    tape.free(table)
    return repeated
  })
}

/** Tables that each attention computes, and holds to the end. */
function ownTables(run: DecoderRun, dtype: Tensor['dtype'], held: Tensor[]): RotaryTables | undefined {
  const { rotation } = run.forward
  if (rotation?.tables !== 'inLayers') return undefined
  const made = rotaryTables(run, rotation, dtype)
  held.push(made.cos, made.sin)
  return made
}

/** Whether a kernel rotates all features in place. Other rotations keep the code of the family. */
export function isRotatedInPlace(kernels: Kernels, { pairs, concatenates }: CompleteRotation): boolean {
  return kernels.rotation && pairs === 'halves' && !concatenates
}

/** A rotation of both in place, whose gradients are rotated back in place with the tables that it keeps. */
function inPlace(
  { ops: { tape } }: Layers,
  { cos, sin }: RotaryTables,
  query: Tensor,
  key: Tensor,
): readonly [Tensor, Tensor] {
  const rotated = (input: Tensor): Tensor =>
    tape.record(
      [input],
      { before: [cos, sin] },
      () => ({ ...tape.alias(input) }),
      (gradient) => [tape.ledger.retain(gradient)],
    )
  return [rotated(query), rotated(key)]
}

/** Pairs as complex numbers in float32. Both are rotated before either is cast back (Llama 4). */
function asComplexNumbers(
  { ops }: Layers,
  { cos }: RotaryTables,
  query: Tensor,
  key: Tensor,
): readonly [Tensor, Tensor] {
  const { tape } = ops
  const wide = [ops.to(query, 'float32'), ops.to(key, 'float32')]
  const products = wide.map((input) => ops.scale(input, cos))
  const [first = query, second = key] = products
  const outputs = [ops.to(first, query.dtype), ops.to(second, key.dtype)] as const
  tape.free(...wide, ...products)
  return outputs
}

/**
 * Rotates all features of queries and keys, in latent attention. The caller keeps the inputs.
 */
export function rotatedHeads(run: DecoderRun, query: Tensor, key: Tensor): readonly [Tensor, Tensor] {
  const { layers, tables } = run
  const { rotation } = run.forward
  const { tape } = layers.ops
  if (!tables || !rotation) return [tape.alias(query), tape.alias(key)]
  const { prepare, rotate: rotateOne, finish } = PAIRINGS[rotation.pairs]
  const given = [prepare(layers, query), prepare(layers, key)] as const
  const outputs = [
    finish(layers, rotateOne(layers, rotation, given[0], tables), query),
    finish(layers, rotateOne(layers, rotation, given[1], tables), key),
  ] as const
  tape.free(...given)
  return outputs
}

interface Pairing {
  readonly prepare: (layers: Layers, input: Tensor) => Tensor
  readonly rotate: (layers: Layers, rotation: CompleteRotation, input: Tensor, tables: RotaryTables) => Tensor
  /** Casts the result back to the dtype of the input. */
  readonly finish: (layers: Layers, rotated: Tensor, given: Tensor) => Tensor
}

const HALVES: Pairing = {
  prepare: ({ ops }, input) => ops.tape.alias(input),
  rotate: (layers, rotation, input, { cos, sin }) => rotatedHalves(layers, rotation, input, [cos, sin]),
  finish: (_, rotated) => rotated,
}

const PAIRINGS: Readonly<Record<CompleteRotation['pairs'], Pairing>> = {
  halves: HALVES,
  halvesApart: HALVES,
  /** Neighbouring features are first reordered into halves (DeepSeek-V3). */
  neighbours: { ...HALVES, prepare: ({ ops }, input) => ops.reordered(input) },
  /** DeepSeek-V2. */
  complex: {
    prepare: ({ ops }, input) => ops.to(input, 'float32'),
    rotate: ({ ops }, _, input, { cos }) => ops.scale(input, cos),
    finish: ({ ops }, rotated, { dtype }) => {
      const output = ops.to(rotated, dtype)
      ops.tape.free(rotated)
      return output
    },
  },
}

/** `x * cos + rotate_half(x) * sin`. */
export function rotatedHalves(
  { ops }: Layers,
  { float32 }: Pick<CompleteRotation, 'float32'>,
  input: Tensor,
  [cos, sin]: readonly (Tensor | undefined)[],
): Tensor {
  const { tape } = ops
  const widened = (tensor: Tensor): Tensor => (float32 === 'terms' ? ops.to(tensor, 'float32') : tape.alias(tensor))
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

/** `x1 * cos - x2 * sin` and `x2 * cos + x1 * sin`, concatenated. */
function rotatedApart({ ops }: Layers, input: Tensor, [cos, sin]: readonly (Tensor | undefined)[]): Tensor {
  const { tape } = ops
  const [first = input, second = input] = ops.split(input, [input.elements / 2, input.elements / 2])
  const combined = (join: (left: Tensor, right: Tensor) => Tensor, straight: Tensor, across: Tensor): Tensor => {
    const terms = [ops.scale(straight, cos), ops.scale(across, sin)] as const
    const output = join(...terms)
    tape.free(...terms)
    return output
  }
  const halves = [
    combined((left, right) => ops.sub(left, right), first, second),
    combined((left, right) => ops.add(left, right), second, first),
  ]
  tape.free(first, second)
  const output = ops.cat(halves)
  tape.free(...halves)
  return output
}

/** The rotated and the other features of each head, concatenated even if there are no others. */
function partlyRotated(
  { layers, sizes: { headDim, isWindowed } }: DecoderRun,
  rotation: CompleteRotation,
  given: readonly Tensor[],
  tables: readonly Tensor[],
  held: Tensor[],
  layer: number,
): readonly Tensor[] {
  const { ops } = layers
  const { tape } = ops
  const hasOwn = rotation.tables !== 'one' && isWindowed(layer)
  const share = (hasOwn ? rotation.windowFeatures : rotation.features) / headDim
  return given
    .map((input) => ({
      rotating: ops.slice(input, input.elements * share),
      passing: ops.slice(input, input.elements * (1 - share)),
    }))
    .map(({ rotating, passing }) => {
      const rotated = rotatedHalves(layers, rotation, rotating, tables)
      tape.free(rotating)
      return { rotated, passing }
    })
    .map(({ rotated, passing }) => {
      const output = ops.cat([rotated, passing])
      if (rotation.keepsRotated) held.push(tape.alias(rotated))
      tape.free(rotated, passing)
      return output
    })
}
