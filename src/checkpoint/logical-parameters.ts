import { CheckpointError, type Shape } from '../architecture/index.js'
import { checkOptions } from '../options/index.js'
import { type Dtype, PRECISION_OF_DTYPE } from './dtype.js'
import {
  type FormatOfModules,
  QUANTISATION_FILES,
  type Quantisation,
  type QuantisationFiles,
} from './quantisation/quantisation.js'
import { quantisationOf } from './quantisation/quantisation-of-config.js'
import { type FoundWeight, quantisedWeightAt } from './quantisation/storages.js'
import { elementCount, type QuantisationScheme } from './quantisation/stored-weight.js'
import { torchaoFormats } from './quantisation/torchao-metadata.js'
import type { SafetensorsHeader, StoredTensor } from './safetensors-header.js'

/** One parameter of the model, independent of how it is stored. */
export interface LogicalParameter {
  readonly name: string
  /** Its shape; with `isFlat`, only the number of its elements. */
  readonly shape: Shape
  /** The dtype of the stored tensor; for a quantised weight, of the packed tensor. */
  readonly dtype: Dtype
  /** Bytes of all tensors that it is stored in, including scales. */
  readonly storedBytes: number
  /** How it is quantised, if it is. */
  readonly scheme?: QuantisationScheme
  /** Bits of one element as stored. */
  readonly bits: number
  /** Its name in `ModelSpec.precision`; absent for a dtype that has none. */
  readonly precision?: string
  /** Whether the header gives only the number of elements, as for 4-bit bitsandbytes weights. */
  readonly isFlat?: true
  /** Whether neither header nor config gives the bits, so that 4 bits are assumed. */
  readonly isGuessed?: true
}

/** A tensor that holds weights in an unknown storage format. */
export interface UnknownStorage {
  readonly name: string
  readonly dtype: Dtype
  readonly bytes: number
}

/** A checkpoint's tensors, sorted into parameters, other tensors and unknown storage. */
export interface LogicalParameters {
  /** The parameters of the model, in the order of the files. */
  readonly parameters: readonly LogicalParameter[]
  /** Tensors that are not parameters: buffers, and scales of caches and activations. */
  readonly others: readonly string[]
  /** Packed integers of an unknown scheme: only the config can say what they hold. */
  readonly unknown: readonly UnknownStorage[]
  /** The number of stored elements of each dtype, counting packed tensors and scales as they are: a plain count of the headers. */
  readonly storedElements: ReadonlyMap<Dtype, number>
}

/**
 * Derives the parameters of a model from the tensors that a quantised checkpoint stores. Packed words, scales, zero
 * points and code books are not parameters: counting them as such is off by a factor of up to eight.
 *
 * @param headers - one header for each file of the checkpoint
 * @param files - the files that describe its quantisation: only they give the bits of packed integers
 * @throws CheckpointError `invalid_header` if two files hold a tensor of the same name
 */
export function logicalParameters(
  headers: Iterable<Pick<SafetensorsHeader, 'tensors'> & Partial<Pick<SafetensorsHeader, 'metadata'>>>,
  files: QuantisationFiles = {},
): LogicalParameters {
  checkOptions(files, QUANTISATION_FILES)
  const all = [...headers]
  const tensors = merged(all)
  const quantisation = withFormats(quantisationOf(files), all.flatMap(torchaoFormats))
  const weights = new Map<string, { found: FoundWeight; stored: string[] }>()
  const serves = new Map<string, string>()
  for (const name of tensors.keys()) {
    if (serves.has(name)) continue
    const found = quantisedWeightAt(name, tensors, quantisation)
    if (!found) continue
    const stored = found.stored.filter((one) => tensors.has(one))
    weights.set(name, { found, stored })
    for (const one of stored) serves.set(one, name)
  }

  const parameters: LogicalParameter[] = []
  const others: string[] = []
  const unknown: UnknownStorage[] = []
  const storedElements = new Map<Dtype, number>()
  for (const [name, tensor] of tensors) {
    storedElements.set(tensor.dtype, (storedElements.get(tensor.dtype) ?? 0) + elementCount(tensor.shape))
    const quantised = weights.get(name)
    if (quantised) parameters.push(quantisedParameter(quantised.found, quantised.stored, tensor, tensors))
    else if (serves.has(name)) continue
    else if (isBuffer(name, tensor)) others.push(name)
    else if (INTEGERS.has(tensor.dtype)) unknown.push({ name, dtype: tensor.dtype, bytes: bytesOf(tensor) })
    else parameters.push(plainParameter(name, tensor))
  }
  return { parameters, others, unknown, storedElements }
}

/** Adds the formats that the files themselves state. What a file says about its own weights comes before the config. */
function withFormats(
  quantisation: Quantisation | undefined,
  formats: readonly FormatOfModules[],
): Quantisation | undefined {
  if (formats.length === 0) return quantisation
  const { exceptions, ...rest } = quantisation ?? { method: 'torchao', exceptions: [], notes: [] }
  return { ...rest, exceptions: [...formats, ...exceptions] }
}

function quantisedParameter(
  { weight }: FoundWeight,
  stored: readonly string[],
  marker: StoredTensor,
  tensors: ReadonlyMap<string, StoredTensor>,
): LogicalParameter {
  const { scheme, shape, bits, precision, name, isFlat, isGuessed } = weight
  return {
    name,
    shape,
    dtype: (tensors.get(name) ?? marker).dtype,
    storedBytes: stored.reduce((sum, one) => sum + bytesOf(tensors.get(one)), 0),
    scheme,
    bits,
    precision,
    ...(isFlat && { isFlat }),
    ...(isGuessed && { isGuessed }),
  }
}

function plainParameter(name: string, tensor: StoredTensor): LogicalParameter {
  const { dtype, shape } = tensor
  const precision = PRECISION_OF_DTYPE[dtype]
  return {
    name,
    shape,
    dtype,
    storedBytes: bytesOf(tensor),
    bits: bitsOf(tensor),
    ...(precision !== undefined && { precision }),
  }
}

function merged(headers: Iterable<Pick<SafetensorsHeader, 'tensors'>>): Map<string, StoredTensor> {
  const all = new Map<string, StoredTensor>()
  for (const { tensors } of headers) {
    for (const [name, tensor] of tensors) {
      if (all.has(name))
        throw new CheckpointError('invalid_header', `${name} is in two files of the checkpoint`, { place: [name] })
      all.set(name, tensor)
    }
  }
  return all
}

/**
 * Whether a tensor is a buffer that older checkpoints store with the weights, or a scale of caches or activations. A
 * weight is floating-point, or a matrix of integers; an integer scalar or vector and a mask are not weights.
 */
function isBuffer(name: string, { dtype, shape }: StoredTensor): boolean {
  if (dtype === 'BOOL' || BUFFER_NAMES.test(name)) return true
  if (INTEGERS.has(dtype) && (shape.length < 2 || dtype === 'I64' || dtype === 'U64')) return true
  return (shape.length === 4 && CAUSAL_MASK.test(name)) || (shape.length === 1 && ROUTER_CORRECTION.test(name))
}

const INTEGERS: ReadonlySet<Dtype> = new Set(['I64', 'I32', 'I16', 'I8', 'U64', 'U32', 'U16', 'U8'])

const BUFFER_NAMES =
  /\.(?:inv_freq|masked_bias|position_ids|token_type_ids|num_batches_tracked|running_mean|running_var|pre_quant_scale|input_zero_point|(?:k|v|q|kv|prob|input|output|activation)_scale)$/

/** What the routers of DeepSeek-V3 and of later families add to the scores of experts: updated by a rule, not trained. */
export const ROUTER_CORRECTION = /\.(?:gate|block_sparse_moe)\.e_score_correction_bias$/

/** GPT-2 and GPT-NeoX saved their causal masks, [1, 1, context, context], under the name of a bias. */
const CAUSAL_MASK = /\.(?:attn|attention)\.bias$/

function bytesOf(tensor: StoredTensor | undefined): number {
  return tensor ? tensor.offsets[1] - tensor.offsets[0] : 0
}

function bitsOf(tensor: StoredTensor): number {
  const count = elementCount(tensor.shape)
  return count > 0 ? (bytesOf(tensor) * 8) / count : 0
}
