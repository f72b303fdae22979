import type { Norm, Shape } from '../../../architecture/index.js'
import { product } from '../../../architecture/safe-integer.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Layers } from '../layers.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { layerNorm, layerNormOnFloat32Copy, layerNormPlusOne, layerNormWrittenOut } from './layer-norms.js'
import {
  fusedRmsNorm,
  powerNorm,
  quotientNorm,
  rmsNorm,
  rmsNormFloat32Power,
  rmsNormFloat32Quotient,
  rmsNormInFunction,
  rmsNormOfInput,
  rmsNormPlusOne,
  unitNorm,
} from './rms-norms.js'

/**
 * A norm, as its family computes it. The caller keeps the input.
 *
 * @param size - the features that a norm without a weight normalises together. Default: the hidden size
 */
export function norm(
  { layers, forward, sizes }: Pick<DecoderRun, 'layers' | 'forward' | 'sizes'>,
  { name, module }: Named,
  input: Tensor,
  size = sizes.hiddenSize,
): Tensor {
  const weight = module.parameters?.['weight']
  const { norms } = layers.kernels
  if (norms !== 'no' && weight && forward.norm.startsWith('rmsNorm')) return fusedRmsNorm(layers, name, input, norms)
  return normOf(forward.norm, layers, name, input, weight ?? [size])
}

/** A norm of queries or keys, which Liger leaves as it is in some families. */
export function headNorm(run: DecoderRun, block: Named, input: Tensor, size: number): Tensor {
  const { layers, forward } = run
  const weight = block.module.parameters?.['weight']
  return layers.kernels.headNorms
    ? norm(run, block, input, size)
    : normOf(forward.norm, layers, block.name, input, weight ?? [size])
}

/** A norm of a kind, with the shape of its weight. The caller keeps the input. */
export function normOf(kind: Norm, layers: Layers, name: string, input: Tensor, weight: Shape): Tensor {
  return COMPUTATIONS[kind](layers, name, input, weight)
}

/** A norm of values that has no gain. Gemma 3n multiplies them by a number, 1, that is no parameter. */
export function withoutGain({ layers, forward }: DecoderRun, input: Tensor, size: number): Tensor {
  const kind = forward.norm === 'rmsNormFloat32Quotient' ? 'rmsNormQuotientWithoutGain' : 'rmsNormPowerWithoutGain'
  return normOf(kind, layers, '', input, [size])
}

const COMPUTATIONS: Readonly<Record<Norm, (layers: Layers, name: string, input: Tensor, weight: Shape) => Tensor>> = {
  layerNorm,
  layerNormOnFloat32Copy,
  layerNormPlusOne,
  layerNormWrittenOut,
  rmsNorm: (layers, name, input, weight) => rmsNorm(layers, name, input, weight, 'cast first'),
  rmsNormWithoutGain: (layers, _, input, weight) => unitNorm(layers, input, product(weight)),
  rmsNormFloat32Product: (layers, name, input, weight) => rmsNorm(layers, name, input, weight, 'float32 product'),
  rmsNormFloat32Gain: (layers, name, input, weight) => rmsNorm(layers, name, input, weight, 'float32 gain'),
  rmsNormFloat32Power,
  rmsNormFloat32Quotient,
  rmsNormPowerWithoutGain: (layers, _, input, size) => powerNorm(layers, input, product(size)),
  rmsNormQuotientWithoutGain: (layers, _, input, size) =>
    quotientNorm(layers, input, product(size), (normal) => layers.ops.scale(normal)),
  rmsNormInFunction,
  rmsNormOfInput: (layers, name, input, weight) => rmsNormOfInput(layers, name, input, weight, 'cast first'),
  rmsNormOfInputWide: (layers, name, input, weight) => rmsNormOfInput(layers, name, input, weight, 'float32 product'),
  rmsNormPlusOne,
}
