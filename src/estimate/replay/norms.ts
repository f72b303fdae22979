import type { Norm, Shape } from '../../architecture/index.js'
import { product } from '../../architecture/safe-integer.js'
import { Names } from './arrays/names.js'
import { StreamArrays } from './arrays/stream-arrays.js'
import type { DecoderRun } from './decoder-run.js'
import { FUSED } from './kernel-set.js'
import type { Layers } from './layers.js'
import type { Named } from './submodules.js'
import type { Tensor } from './tape.js'

/** A norm, as its family computes it. The caller keeps the input. */
export function norm({ layers, forward }: DecoderRun, { name, module }: Named, input: Tensor): Tensor {
  if (FUSED[layers.kernels].norms && forward.norm.startsWith('rmsNorm')) return fusedRmsNorm(layers, name, input)
  return normOf(forward.norm, layers, name, input, module.parameters?.['weight'] ?? [])
}

/** A norm of a kind, with the shape of its weight. The caller keeps the input. */
export function normOf(kind: Norm, layers: Layers, name: string, input: Tensor, weight: Shape): Tensor {
  return COMPUTATIONS[kind](layers, name, input, weight)
}

const COMPUTATIONS: Readonly<Record<Norm, (layers: Layers, name: string, input: Tensor, weight: Shape) => Tensor>> = {
  layerNorm: (layers, name, input) => layerNorm(layers, name, input),
  layerNormOnFloat32Copy,
  layerNormPlusOne: (layers, name, input) => layerNorm(layers, name, input, true),
  layerNormWrittenOut,
  rmsNorm: (layers, name, input, weight) => rmsNorm(layers, name, input, weight, 'cast first'),
  rmsNormFloat32Product: (layers, name, input, weight) => rmsNorm(layers, name, input, weight, 'float32 product'),
  rmsNormFloat32Gain: (layers, name, input, weight) => rmsNorm(layers, name, input, weight, 'float32 gain'),
  rmsNormFloat32Power,
  rmsNormFloat32Quotient,
  rmsNormOfInput,
  rmsNormPlusOne,
}

/**
 * Root mean square normalisation like Llama: in float32, cast back to the dtype of the input, then multiplied by the gain. In
 * some families the gain comes before the cast, and can itself be cast to float32.
 */
function rmsNorm(
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
function fusedRmsNorm({ ops, weights }: Layers, name: string, input: Tensor): Tensor {
  const { tape } = ops
  const weight = weights.get(`${name}.weight`)
  const deviations = tape.tensor(input.elements / weight.elements, 'float32', 'rms_norm')
  const output = tape.record(
    [input, weight],
    { before: [input, deviations] },
    () => tape.tensor(input.elements, input.dtype, 'rms_norm'),
    (gradient) => [
      input.grad && tape.ledger.retain(gradient),
      weight.grad && ops.gradient(weight.elements, weight.dtype, 'rms_norm_backward'),
    ],
  )
  tape.free(deviations)
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

/** Root mean square normalisation like Gemma 4: in float32 with a power of the mean square, then multiplied by the gain in float32. */
function rmsNormFloat32Power(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  return powerNorm(layers, input, product(weightShape), layers.weights.get(`${name}.weight`))
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

/** Root mean square normalisation like Gemma 3n: in float32, divided by the root, then multiplied by the gain in float32. */
function rmsNormFloat32Quotient(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
  const { ops } = layers
  const weight = layers.weights.get(`${name}.weight`)
  return quotientNorm(layers, input, product(weightShape), (normal) => {
    const gain = ops.to(weight, 'float32')
    const scaled = ops.mul(normal, gain)
    ops.tape.free(gain)
    return scaled
  })
}

function quotientNorm(layers: Layers, input: Tensor, size: number, withGain: (normal: Tensor) => Tensor): Tensor {
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

/** A norm of values that has no gain. Gemma 3n multiplies them by a number, 1, that is no parameter. */
export function withoutGain({ layers, forward }: DecoderRun, input: Tensor, size: number): Tensor {
  if (forward.norm !== 'rmsNormFloat32Quotient') return powerNorm(layers, input, size)
  return quotientNorm(layers, input, size, (normal) => layers.ops.scale(normal))
}

/** Root mean square normalisation like T5: the input itself is multiplied by the float32 root, and cast to the dtype of the gain. */
function rmsNormOfInput(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
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
  const narrow = ops.to(normal, weight.dtype)
  tape.free(normal)
  const output = ops.mul(weight, narrow)
  tape.free(narrow, mean)
  return output
}

/** Root mean square normalisation like Gemma: completely in float32, with `1 + weight` as gain. */
function rmsNormPlusOne(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
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

/** Layer normalisation in separate operations, like Cohere: completely in float32, with the centred input computed twice. */
function layerNormWrittenOut(layers: Layers, name: string, input: Tensor, weightShape: Shape): Tensor {
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

/** Layer normalisation of a float32 copy, cast back. */
function layerNormOnFloat32Copy(layers: Layers, name: string, input: Tensor): Tensor {
  const { ops } = layers
  const wide = ops.to(input, 'float32')
  const normal = layerNorm(layers, name, wide)
  ops.tape.free(wide)
  const output = ops.to(normal, input.dtype)
  ops.tape.free(normal)
  return output
}

/** Layer normalisation in one kernel. It saves its input, and the mean and inverse deviation of each row. */
function layerNorm(layers: Layers, name: string, input: Tensor, isShifted = false): Tensor {
  const { ops } = layers
  const { tape } = ops
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
  tape.free(...statistics, ...(weight ? [weight] : []))
  return output
}
