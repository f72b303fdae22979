import type { Shape } from '../../../architecture/index.js'
import { product } from '../../../architecture/safe-integer.js'
import { Names } from '../arrays/names.js'
import { StreamArrays } from '../arrays/stream-arrays.js'
import type { Layers } from '../layers.js'
import { MULTIPROCESSORS } from '../mixers/kernels/multiprocessors.js'
import type { Tensor } from '../tape.js'

/**
 * Root mean square normalisation like Llama: in float32, cast back to the dtype of the input, then multiplied by the gain. In
 * some families the gain comes before the cast, and can itself be cast to float32.
 */
export function rmsNorm(
  layers: Layers,
  name: string,
  input: Tensor,
  weightShape: Shape,
  style: 'cast first' | 'float32 product' | 'float32 gain',
): Tensor {
  const { ops } = layers
  const { tape } = ops
  const wide = ops.to(input, 'float32')
  const mean = meanSquare(layers, wide, product(weightShape))
  const root = ops.inverseRoot(mean)
  const normal = ops.mul(wide, root)
  tape.free(wide, root)
  const weight = layers.weights.get(`${name}.weight`)
  const gain = style === 'float32 gain' ? ops.to(weight, 'float32') : tape.alias(weight)
  const isWide = style !== 'cast first'
  const first = isWide ? ops.mul(gain, normal) : ops.to(normal, input.dtype)
  const output = isWide ? ops.to(first, input.dtype) : ops.mul(gain, first)
  tape.free(gain, first, normal, mean)
  return output
}

/**
 * Root mean square normalisation in one kernel. It saves its input and the inverse deviation of each row, and writes the gradient
 * of its input over that of its output.
 */
export function fusedRmsNorm(
  { ops, weights }: Layers,
  name: string,
  input: Tensor,
  written: 'overOutput' | 'beside',
): Tensor {
  const { tape } = ops
  const weight = weights.get(`${name}.weight`)
  const deviations = tape.tensor(input.elements / weight.elements, 'float32', 'rms_norm')
  const output = tape.record(
    [input, weight],
    { before: [input, deviations] },
    () => tape.tensor(input.elements, input.dtype, 'rms_norm'),
    (gradient) => {
      // A part of the gradient of the weight for each multiprocessor, in float32.
      const parts = tape.ledger.allocate(weight.grad ? 4 * MULTIPROCESSORS * weight.elements : 0)
      const made =
        written === 'beside' ? ops.gradient(input.elements, input.dtype, 'zeros_like') : tape.ledger.retain(gradient)
      const sum = weight.grad && ops.gradient(weight.elements, 'float32', 'sum')
      tape.ledger.release(parts)
      const forWeight =
        weight.grad && (weight.dtype === 'float32' ? sum : ops.gradient(weight.elements, weight.dtype, '_to_copy'))
      if (sum && sum !== forWeight) tape.ledger.release(sum)
      if (input.grad) return [made, forWeight]
      tape.ledger.release(made)
      return [undefined, forWeight]
    },
  )
  tape.free(deviations)
  return output
}

/** Root mean square normalisation like Gemma: completely in float32, with `1 + weight` as gain. */
export function rmsNormPlusOne(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  const { ops } = layers
  const { tape } = ops
  const wide = ops.to(input, 'float32')
  const normal = divided(layers, wide, product(weightShape))
  const gain = ops.to(layers.weights.get(`${name}.weight`), 'float32')
  const shifted = ops.shift(gain)
  tape.free(gain)
  const scaled = ops.mul(normal, shifted)
  tape.free(normal, shifted)
  const output = ops.to(scaled, input.dtype)
  tape.free(scaled)
  return output
}

/**
 * Root mean square normalisation like T5: the input itself is multiplied by the float32 root, and cast to the dtype of the gain; or it is cast to
 * its own dtype behind the gain.
 */
export function rmsNormOfInput(
  layers: Layers,
  name: string,
  input: Tensor,
  weightShape: Shape,
  style: 'cast first' | 'float32 product',
): Tensor {
  const { ops } = layers
  const { tape } = ops
  const wide = ops.to(input, 'float32')
  const square = ops.pow(wide)
  tape.free(wide)
  const mean = ops.mean(square, square.elements / product(weightShape))
  tape.free(square)
  const root = ops.inverseRoot(mean)
  const normal = ops.mul(input, root)
  tape.free(root)
  const weight = layers.weights.get(`${name}.weight`)
  const isFirst = style === 'cast first'
  const factor = isFirst ? ops.to(normal, weight.dtype) : tape.alias(normal)
  if (isFirst) tape.free(normal)
  const scaled = ops.mul(weight, factor)
  const output = isFirst ? tape.alias(scaled) : ops.to(scaled, input.dtype)
  tape.free(scaled, factor, mean, ...(isFirst ? [] : [normal]))
  return output
}

/** Root mean square normalisation like Gemma 4: in float32 with a power of the mean square, then multiplied by the gain in float32. */
export function rmsNormFloat32Power(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  return powerNorm(layers, input, product(weightShape), layers.weights.get(`${name}.weight`))
}

/** Root mean square normalisation like Gemma 3n: in float32, divided by the root, then multiplied by the gain in float32. */
export function rmsNormFloat32Quotient(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  const { ops } = layers
  const weight = layers.weights.get(`${name}.weight`)
  return quotientNorm(layers, input, product(weightShape), (normal) => {
    const gain = ops.to(weight, 'float32')
    const scaled = ops.mul(normal, gain)
    ops.tape.free(gain)
    return scaled
  })
}

/** Root mean square normalisation in a function without a gain, which comes behind it. */
export function rmsNormInFunction(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  const { ops } = layers
  const unit = unitNorm(layers, input, product(weightShape))
  const output = ops.mul(unit, layers.weights.get(`${name}.weight`))
  ops.tape.free(unit)
  return output
}

/** Root mean square normalisation without a gain (Llama 4). */
export function unitNorm(layers: Layers, input: Tensor, size: number): Tensor {
  const { ops } = layers
  const { tape } = ops
  const wide = ops.to(input, 'float32')
  const normal = divided(layers, wide, size)
  const output = ops.to(normal, input.dtype)
  tape.free(normal)
  return output
}

/** The same without a gain, if there is none. The caller keeps the input. */
export function powerNorm(layers: Layers, input: Tensor, size: number, weight?: Tensor): Tensor {
  const { ops } = layers
  const { tape } = ops
  const wide = ops.to(input, 'float32')
  const mean = meanSquare(layers, wide, size)
  const shifted = ops.shift(mean)
  tape.free(mean)
  const root = ops.pow(shifted)
  const normal = ops.mul(wide, root)
  tape.free(wide, shifted, root)
  const gain = weight && ops.to(weight, 'float32')
  const scaled = gain ? ops.mul(normal, gain) : tape.alias(normal)
  tape.free(normal, ...(gain ? [gain] : []))
  const output = ops.to(scaled, input.dtype)
  tape.free(scaled)
  return output
}

export function quotientNorm(
  layers: Layers,
  input: Tensor,
  size: number,
  withGain: (normal: Tensor) => Tensor,
): Tensor {
  const a = new StreamArrays(layers)
  const { tape } = a
  const rows = [input.elements / size, size]
  const f = new Names(tape)
  const wide = f.let('wide', a.to(a.borrowed(input, rows), 'float32'))
  const normal = f.returned(a.divide(wide, a.sqrt(a.shift(a.mean(a.pow(wide))))))
  const scaled = withGain(normal)
  tape.free(normal)
  const output = layers.ops.to(scaled, input.dtype)
  tape.free(scaled)
  return output
}

/** Divides vectors by their root mean square. Frees the vectors. */
function divided(layers: Layers, wide: Tensor, size: number): Tensor {
  const { ops } = layers
  const { tape } = ops
  const mean = meanSquare(layers, wide, size)
  const shifted = ops.shift(mean)
  tape.free(mean)
  const root = ops.rsqrt(shifted)
  tape.free(shifted)
  const normal = ops.mul(wide, root)
  tape.free(wide, root)
  return normal
}

function meanSquare(layers: Layers, wide: Tensor, size: number): Tensor {
  const square = layers.ops.pow(wide)
  const mean = layers.ops.mean(square, square.elements / size)
  layers.ops.tape.free(square)
  return mean
}
