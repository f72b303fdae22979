import type { DecoderRun } from '../decoder-run.js'
import { unitNorm } from '../norms/rms-norms.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/**
 * Llama 4 normalises rotated queries and keys. In the layers without rotation it scales the queries by an attention
 * temperature. Frees both inputs.
 */
export function chunked(
  run: DecoderRun,
  layer: number,
  [query, key]: readonly [Tensor, Tensor],
): readonly [Tensor, Tensor] {
  const { layers, forward, sizes, options } = run
  const { rotation } = forward
  const { chunks } = forward.attention
  const { tape } = layers.ops
  if (!chunks) return [query, key]
  if (!rotation?.rotatesIn(layer)) return [chunks.attentionTemperature ? scaledByPlace(run, query) : query, key]
  if (options.sequence >= chunks.chunkTokens)
    throw new UndescribedBlock(`no model for attention in chunks of ${chunks.chunkTokens} tokens`)
  if (!chunks.unitNorms) return [query, key]
  const first = unitNorm(layers, query, sizes.headDim)
  tape.free(query)
  const second = unitNorm(layers, key, sizes.headDim)
  tape.free(key)
  return [first, second]
}

/** Queries multiplied by a float32 temperature that grows with the position of a token. Frees the queries. */
function scaledByPlace({ layers: { ops }, options }: DecoderRun, query: Tensor): Tensor {
  const { tape } = ops
  const temperatures = tape.tensor(options.sequence, 'float32', 'add')
  const wide = ops.scale(query, temperatures)
  const narrow = ops.to(wide, query.dtype)
  tape.free(wide, query, temperatures)
  return narrow
}

/** Queries that are not rotated, multiplied in float32 by a number of their place. Frees its input. */
export function scaledWhereUnrotated(
  { layers: { ops }, forward, scales }: DecoderRun,
  layer: number,
  input: Tensor,
): Tensor {
  if (!forward.attention.scaledWhereUnrotated || !scales || forward.rotation?.rotatesIn(layer)) return input
  const wide = ops.to(input, 'float32')
  const product = ops.scale(wide, scales)
  ops.tape.free(wide)
  const output = ops.to(product, input.dtype)
  ops.tape.free(product, input)
  return output
}

/** Rotated queries times a number of their place, which is cast to their dtype. Frees its input. */
export function scaledByPlaces({ layers: { ops }, forward, options }: DecoderRun, input: Tensor): Tensor {
  if (!forward.attention.placesScaleQueries) return input
  const factors = ops.tape.tensor(options.sequence, input.dtype, '_to_copy')
  const output = ops.scale(input, factors)
  ops.tape.free(factors, input)
  return output
}
