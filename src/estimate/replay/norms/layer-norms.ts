import type { Shape } from '../../../architecture/index.js'
import { product } from '../../../architecture/safe-integer.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/**
 * Layer normalisation in one kernel. CUDA's autocast computes it in float32, and leaves the result so (`AT_FORALL_FP32` of torch's
 * `autocast_mode.h`).
 */
export function layerNorm(layers: Layers, name: string, given: Tensor, weightShape: Shape): Tensor {
  const { weights } = layers
  const input = layers.castForAutocast(given, 'float32')
  const rows = input.elements / product(weightShape)
  const output = normalised(layers, input, rows, weights.find(`${name}.weight`), weights.find(`${name}.bias`))
  layers.ops.tape.free(input)
  return output
}

/**
 * Layer normalisation with a weight from which one is missing, which is made anew each time. Under autocast its code casts all
 * arguments to 16 bits, and switches autocast off (`NemotronLayerNorm1P`).
 */
export function layerNormPlusOne(layers: Layers, name: string, given: Tensor, weightShape: Shape): Tensor {
  const { ops } = layers
  const { tape } = ops
  const whole = ops.shift(layers.weights.get(`${name}.weight`))
  const found = layers.weights.find(`${name}.bias`)
  const input = layers.castForAutocast(given, layers.half)
  const weight = layers.castForAutocast(whole, layers.half)
  const bias = found && layers.castForAutocast(found, layers.half)
  tape.free(whole)
  const rows = input.elements / product(weightShape)
  const output = normalised(layers, input, rows, weight, bias, [weight, ...(bias ? [bias] : [])])
  tape.free(input, weight, ...(bias ? [bias] : []))
  return output
}

/** The kernel: it saves its input, and the mean and inverse deviation of each row. The caller keeps the arguments. */
function normalised(
  layers: Layers,
  input: Tensor,
  rows: number,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
  alsoSaved: readonly Tensor[] = [],
): Tensor {
  const { tape } = layers.ops
  const statistics = [0, 1].map(() => tape.tensor(rows, input.dtype, 'native_layer_norm'))
  const output = tape.record(
    [input, weight, bias],
    {
      before: [input, ...alsoSaved],
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
  tape.free(...statistics)
  return output
}

/** Layer normalisation of a float32 copy, cast back. */
export function layerNormOnFloat32Copy(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  const { ops } = layers
  const wide = ops.to(input, 'float32')
  const normal = layerNorm(layers, name, wide, weightShape)
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
