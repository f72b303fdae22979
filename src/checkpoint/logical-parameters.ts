import { CheckpointError, type Shape } from '../architecture/index.js'
import type { Dtype } from './dtype.js'
import { type QuantisationHints, type QuantisationScheme, quantisedWeightAt } from './quantised-storage.js'
import type { SafetensorsHeader, StoredTensor } from './safetensors-header.js'

/** One parameter of the model, however it is stored. */
export interface LogicalParameter {
  readonly name: string
  readonly shape: Shape
  /** The type of the stored tensor; that of the packed one where the weight is quantised. */
  readonly dtype: Dtype
  /** Bytes of all tensors that it is stored in, scales included. */
  readonly storedBytes: number
  /** How it is quantised, if it is. */
  readonly scheme?: QuantisationScheme
  /** Bits of one element as stored. */
  readonly bits: number
}

/** A checkpoint's tensors, told apart. */
export interface LogicalParameters {
  /** The parameters of the model, in the order of the files. */
  readonly parameters: readonly LogicalParameter[]
  /** Tensors that are no parameters: buffers, and scales of caches and activations. */
  readonly others: readonly string[]
  /** How many elements are stored under each type, packed and scales as they are: what a plain count of the headers gives. */
  readonly storedElements: ReadonlyMap<Dtype, number>
}

/**
 * Tells the parameters of a model from the tensors that a quantised checkpoint stores them in: four-bit words, scales,
 * zero points and code books are no parameters, and counting them as such misses the total by up to a factor of eight.
 *
 * @param headers - one header for each file of the checkpoint
 * @throws CheckpointError `invalid_header` where two files hold a tensor of the same name
 */
export function logicalParameters(
  headers: Iterable<Pick<SafetensorsHeader, 'tensors'>>,
  hints: QuantisationHints = {},
): LogicalParameters {
  const tensors = merged(headers)
  const weights = new Map<string, { found: NonNullable<ReturnType<typeof quantisedWeightAt>>; stored: string[] }>()
  const serves = new Map<string, string>()
  for (const name of tensors.keys()) {
    if (serves.has(name)) continue
    const found = quantisedWeightAt(name, tensors, hints)
    if (!found) continue
    const stored = found.stored.filter((one) => tensors.has(one))
    weights.set(name, { found, stored })
    for (const one of stored) serves.set(one, name)
  }

  const parameters: LogicalParameter[] = []
  const others: string[] = []
  const storedElements = new Map<Dtype, number>()
  for (const [name, tensor] of tensors) {
    storedElements.set(tensor.dtype, (storedElements.get(tensor.dtype) ?? 0) + elementCount(tensor.shape))
    const quantised = weights.get(name)
    if (quantised) {
      const { scheme, shape, bits, name: parameter } = quantised.found.weight
      const dtype = (tensors.get(parameter) ?? tensor).dtype
      const storedBytes = quantised.stored.reduce((sum, one) => sum + bytesOf(tensors.get(one)), 0)
      parameters.push({ name: parameter, shape, dtype, storedBytes, scheme, bits })
    } else if (!serves.has(name)) {
      if (isNoParameter(name, tensor)) others.push(name)
      else
        parameters.push({
          name,
          shape: tensor.shape,
          dtype: tensor.dtype,
          storedBytes: bytesOf(tensor),
          bits: bitsOf(tensor),
        })
    }
  }
  return { parameters, others, storedElements }
}

/** The number of elements of a shape; exact up to 2^53. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

function merged(headers: Iterable<Pick<SafetensorsHeader, 'tensors'>>): Map<string, StoredTensor> {
  const all = new Map<string, StoredTensor>()
  for (const { tensors } of headers) {
    for (const [name, tensor] of tensors) {
      if (all.has(name))
        throw new CheckpointError('invalid_header', `${name} stands in two files of the checkpoint`, { place: [name] })
      all.set(name, tensor)
    }
  }
  return all
}

/**
 * Buffers that older checkpoints keep among the weights, and scales of caches and activations.
 * Weights are floating-point numbers; what counts or masks is not one.
 */
function isNoParameter(name: string, { dtype, shape }: StoredTensor): boolean {
  if (NO_WEIGHT_TYPES.has(dtype)) return true
  if (BUFFER_NAMES.test(name)) return true
  return shape.length === 4 && CAUSAL_MASK.test(name)
}

const NO_WEIGHT_TYPES: ReadonlySet<Dtype> = new Set(['BOOL', 'I64', 'I32', 'I16', 'U64', 'U32', 'U16', 'U8'])

const BUFFER_NAMES =
  /\.(?:inv_freq|masked_bias|position_ids|running_mean|running_var|(?:k|v|q|kv|prob|input|output|activation)_scale)$/

/** GPT-2 and GPT-NeoX saved their causal masks, [1, 1, context, context], under the name of a bias. */
const CAUSAL_MASK = /\.(?:attn|attention)\.bias$/

function bytesOf(tensor: StoredTensor | undefined): number {
  return tensor ? tensor.offsets[1] - tensor.offsets[0] : 0
}

function bitsOf(tensor: StoredTensor): number {
  const count = elementCount(tensor.shape)
  return count > 0 ? (bytesOf(tensor) * 8) / count : 0
}
