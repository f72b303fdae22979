import type { Shape } from '../../../architecture/index.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/**
 * Layer normalisation in one kernel. It saves its input, and the mean and inverse deviation of each row. CUDA's autocast computes it in
 * float32, and leaves the result so (`AT_FORALL_FP32` of torch's `autocast_mode.h`).
 */
export function layerNorm(layers: Layers, name: string, given: Tensor, isShifted = false): Tensor {
  const { ops } = layers
  const { tape } = ops
  const input = layers.autocast ? ops.to(given, 'float32') : tape.alias(given)
  const found = layers.weights.find(`${name}.weight`)
  const weight = found && (isShifted ? ops.shift(found) : tape.alias(found))
  const bias = layers.weights.find(`${name}.bias`)
  const rows = weight ? input.elements / weight.elements : layers.tokens
  const statistics = [0, 1].map(() => tape.tensor(rows, input.dtype, 'native_layer_norm'))
  const output = tape.record(
    [input, weight, bias],
    {
      before: [input, ...(weight && isShifted ? [weight] : [])],
      // Recomputation stops at what is saved last, when the output is there.
      after: () => statistics.map(({ storage }) => storage),
    },
    () => tape.tensor(input.elements, input.dtype, 'native_layer_norm'),
    () => {
      const made = [input, weight, bias].map(
        (one) => one?.grad && tape.ledger.allocate(one.elements * (one.dtype === 'float32' ? 4 : 2)),
      )
      tape.ledger.observe('native_layer_norm_backward')
      return made
    },
  )
  tape.free(...statistics, ...(weight ? [weight] : []), input)
  return output
}

/** Layer normalisation of a float32 copy, cast back. */
export function layerNormOnFloat32Copy(layers: Layers, name: string, input: Tensor): Tensor {
  const { ops } = layers
  const wide = ops.to(input, 'float32')
  const normal = layerNorm(layers, name, wide)
  ops.tape.free(wide)
  const output = ops.to(normal, input.dtype)
  ops.tape.free(normal)
  return output
}

/** Layer normalisation in separate operations, like Cohere: completely in float32, with the centred input computed twice. */
export function layerNormWrittenOut(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  const size = weightShape.at(-1) ?? 1
  const { ops } = layers
  const { tape } = ops
  const wide = ops.to(input, 'float32')
  const mean = ops.mean(wide, wide.elements / size)
  const centred = ops.add(wide, mean)
  const square = ops.pow(centred)
  const variance = ops.mean(square, square.elements / size)
  tape.free(centred, square)
  const again = ops.add(wide, mean)
  const root = ops.inverseRoot(variance)
  const normal = ops.mul(again, root)
  tape.free(again, wide, root)
  const gain = ops.to(layers.weights.get(`${name}.weight`), 'float32')
  const scaled = ops.mul(gain, normal)
  tape.free(gain, normal, mean, variance)
  const output = ops.to(scaled, input.dtype)
  tape.free(scaled)
  return output
}
