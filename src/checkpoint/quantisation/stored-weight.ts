import type { Shape } from '../../architecture/index.js'
import type { StoredTensor } from '../safetensors-header.js'
import type { WeightFormat } from './weight-format.js'

/** The quantisation schemes whose storage is recognised. */
export type QuantisationScheme =
  | 'aqlm'
  | 'awq'
  | 'bitnet'
  | 'bitsandbytes-4bit'
  | 'bitsandbytes-8bit'
  | 'compressed-tensors'
  | 'eetq'
  | 'exl2'
  | 'exl3'
  | 'fp8'
  | 'gptq'
  | 'hqq'
  | 'marlin'
  | 'mlx'
  | 'modelopt'
  | 'mxfp4'
  | 'mxfp6'
  | 'nvfp4'
  | 'quanto'
  | 'quark'
  | 'sparse-24'
  | 'torchao'

/** A quantised weight: the parameter of the model, as it was before packing. */
export interface QuantisedWeight {
  readonly scheme: QuantisationScheme
  /** The name of the parameter: `model.layers.0.mlp.up_proj.weight`. */
  readonly name: string
  /** Its shape before packing; a single number if the header only gives the number of elements. */
  readonly shape: Shape
  /** Bits of one element as stored, without scales. */
  readonly bits: number
  /** Its name in `ModelSpec.precision`. */
  readonly precision: string
  /** Whether `shape` is only the number of elements, because the shape is in the data. */
  readonly isFlat: boolean
  /** Whether the bits are unknown, so that 4 bits are assumed. */
  readonly isGuessed: boolean
}

/** The tensors of a checkpoint by name. */
export type StoredTensors = ReadonlyMap<string, Pick<StoredTensor, 'dtype' | 'shape'>>

/** Reads the weight under a stem (`model.layers.0.mlp.up_proj`), with the format that the config gives it, if any. */
export type Unpack = (
  stem: string,
  tensors: StoredTensors,
  format: WeightFormat | undefined,
  marker: string,
) => QuantisedWeight | undefined

/** A weight whose shape follows from the header. */
export function shaped(
  scheme: QuantisationScheme,
  name: string,
  shape: Shape,
  { bits, precision }: WeightFormat,
): QuantisedWeight | undefined {
  const whole = shape.map((size) => Math.round(size))
  if (whole.some((size) => !Number.isSafeInteger(size) || size < 0)) return undefined
  return { scheme, name, shape: whole, bits, precision, isFlat: false, isGuessed: false }
}

/** A weight whose header gives only the number of elements; the shape is in the data. */
export function flat(
  scheme: QuantisationScheme,
  name: string,
  elements: number,
  format: WeightFormat,
): QuantisedWeight | undefined {
  const weight = shaped(scheme, name, [elements], format)
  return weight && { ...weight, isFlat: true }
}

/** The same weight, marked as one whose bits are assumed. */
export function guessed(weight: QuantisedWeight | undefined): QuantisedWeight | undefined {
  return weight && { ...weight, isGuessed: true }
}

/** The number of elements of a shape; exact up to 2^53. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}
