import type { CompleteRotation } from '../complete-forward-pass.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { RotaryTables } from '../decoder-run.js'
import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** Cosines and sines of all positions, computed in float32 and stored in the model's dtype for all layers. */
export function rotaryTables(
  { layers, options }: Pick<DecoderPass, 'layers' | 'options'>,
  { features, pairs, float32, axes, stackedPositions }: CompleteRotation,
  dtype: ComputeDtype,
): RotaryTables {
  const { tape } = layers.ops
  if (stackedPositions) return stackedTable(layers, stackedPositions * features, dtype)
  const count = { one: 1, inTable: options.batch, inLayers: AXES * options.batch }[axes]
  const elements = (options.sequence * features * count) / (pairs === 'halvesApart' ? 2 : 1)
  if (pairs === 'complex')
    return { cos: tape.tensor(elements, 'float32', 'polar'), sin: tape.tensor(0, 'float32', 'polar') }
  const angles = tape.tensor(elements, 'float32', 'cat')
  const wide = [tape.tensor(elements, 'float32', 'mul'), tape.tensor(elements, 'float32', 'mul')]
  tape.free(angles)
  const kept = float32 === 'tables' || float32 === 'terms' ? 'float32' : dtype
  const [cos, sin] = wide.map((table) => layers.ops.to(table, kept))
  tape.free(...wide)
  if (!cos || !sin) throw new Error('there are two tables')
  return { cos, sin }
}

/** Cosines and sines next to each other, in one table. */
function stackedTable({ ops }: Layers, elements: number, dtype: ComputeDtype): RotaryTables {
  const { tape } = ops
  const [angles, cos, sin] = ['mul', 'cos', 'sin'].map((name) => tape.tensor(elements / 2, 'float32', name))
  const stacked = tape.tensor(elements, 'float32', 'stack')
  tape.free(...[cos, sin].flatMap((half) => half ?? []))
  const table = ops.to(stacked, dtype)
  tape.free(stacked, ...(angles ? [angles] : []))
  return { cos: table, sin: tape.tensor(0, dtype, 'stack') }
}

/** Cosines and sines, without duplicates. */
export function tablesOf(...pairs: readonly (RotaryTables | undefined)[]): Tensor[] {
  return [...new Set(pairs.flatMap((pair) => (pair ? [pair.cos, pair.sin] : [])))]
}

/** The place of each token on each axis, if the positions have three. */
export function placesOnAxes({ layers, options, forward }: DecoderPass): Tensor[] {
  const { rotation } = forward
  if (!rotation || rotation.axes === 'one' || rotation.hasGivenPlaces) return []
  // The class counts them before its language model, and holds them until it returns: its senses say so.
  if (rotation.axesOfText === 'one') return []
  // A text model of its own sees its positions as all three.
  if (rotation.axes === 'inTable' && !options.images) return []
  // Without images, one row stands for all.
  const rows = options.images ? AXES * options.batch : 1
  return [layers.ops.tape.tensor(rows * options.sequence, 'int64', 'stack')]
}

/** Time, height and width. */
export const AXES = 3
