/** Storage in bytes, with one or several elements per byte: bitsandbytes, FP8, FP4, quanto, HQQ, torchao and others. */
import type { Dtype } from '../dtype.js'
import {
  elementCount,
  flat,
  guessed,
  type QuantisedWeight,
  type StoredTensors,
  shaped,
  type Unpack,
} from './stored-weight.js'
import { FORMATS, integers, type WeightFormat } from './weight-format.js'
import { packedIntegers, quarkIntegers } from './word-storages.js'

/** bitsandbytes stores two elements per byte in a flat tensor of any dtype. The shape is in the data. */
export const bitsandbytes4: Unpack = (stem, tensors, _, marker) => {
  const stored = tensors.get(`${stem}.weight`)
  if (!stored) return undefined
  const elements = elementCount(stored.shape) * (WORD_BYTES[stored.dtype] ?? 1) * 2
  return flat('bitsandbytes-4bit', `${stem}.weight`, elements, marker.endsWith('fp4') ? FORMATS.fp4 : FORMATS.nf4)
}

/** The dtypes that `bnb_4bit_quant_storage` allows, with their bytes. */
const WORD_BYTES: Readonly<Partial<Record<Dtype, number>>> = { U8: 1, I8: 1, F16: 2, BF16: 2, F32: 4 }

/** LLM.int8() stores the weight in its own shape, one byte per element, and `SCB`, one scale per output. */
export const bitsandbytes8: Unpack = (stem, tensors) => {
  const stored = tensors.get(`${stem}.weight`)
  return stored && shaped('bitsandbytes-8bit', `${stem}.weight`, stored.shape, integers(8))
}

/**
 * gpt-oss stores experts as blocks of 32 four-bit elements, 16 bytes each: [experts, out, in / 32, 16]. Its scales are named
 * with an underscore (`_scales`). The parameter in transformers is [experts, in, out].
 */
export const gptOssBlocks: Unpack = (stem, tensors) => {
  const shape = tensors.get(`${stem}_blocks`)?.shape
  if (!shape || shape.length < 3 || !tensors.has(`${stem}_scales`)) return undefined
  const [outFeatures = 0, blocks = 0, blockBytes = 0] = shape.slice(-3)
  return shaped('mxfp4', stem, [...shape.slice(0, -3), blocks * blockBytes * 2, outFeatures], FORMATS.mxfp4)
}

/** compressed-tensors packs integers into words, and four-bit floats two per byte. MXFP4's scales are exponents, stored in bytes. */
export const compressed: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}.weight_packed`)
  if (stored?.dtype !== 'U8') return packedIntegers(stem, tensors, format)
  const isMx = tensors.get(`${stem}.weight_scale`)?.dtype === 'U8'
  const shape = [...stored.shape.slice(0, -1), (stored.shape.at(-1) ?? 0) * 2]
  return shaped(isMx ? 'mxfp4' : 'nvfp4', `${stem}.weight`, shape, isMx ? FORMATS.mxfp4 : FORMATS.nvfp4)
}

/** Two of every four elements are zero and not stored. A mask has one bit per element: [out, in / 8] bytes. */
export const sparse24: Unpack = (stem, tensors) => {
  const values = tensors.get(`${stem}.compressed`)
  const mask = tensors.get(`${stem}.bitmask`)?.shape
  if (!values || !mask) return undefined
  const format = values.dtype.startsWith('F8') ? FORMATS.float8 : values.dtype === 'I8' ? integers(8) : undefined
  const bits = values.dtype === 'F32' ? 32 : 16
  const plain: WeightFormat = { bits, precision: PLAIN_PRECISIONS[values.dtype] ?? 'bfloat16' }
  return shaped('sparse-24', `${stem}.weight`, [...mask.slice(0, -1), (mask.at(-1) ?? 0) * 8], format ?? plain)
}

const PLAIN_PRECISIONS: Readonly<Partial<Record<Dtype, string>>> = { F16: 'float16', F32: 'float32' }

/**
 * A tensor called `weight` with scales next to it. Its dtype and the scales together determine the format. FP8 and eight-bit
 * integers keep the weight's shape; a byte may also hold two four-bit elements, or four thirds of a six-bit element.
 */
export const scaledWeight: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}.weight`)
  const scale = tensors.get(`${stem}.weight_scale`) ?? tensors.get(`${stem}.weight_scale_inv`)
  if (!stored || !scale) return undefined
  const name = `${stem}.weight`
  if (stored.dtype.startsWith('F8_')) return shaped('fp8', name, stored.shape, FLOAT8[stored.dtype] ?? FORMATS.float8)
  if (stored.dtype === 'I8') return shaped('compressed-tensors', name, stored.shape, integers(format?.bits ?? 8))
  if (stored.dtype === 'I32') return quarkIntegers(stem, tensors)
  return stored.dtype === 'U8' ? bytesWithScales(stem, stored.shape, scale, tensors, format) : undefined
}

const FLOAT8: Readonly<Partial<Record<Dtype, WeightFormat>>> = {
  F8_E5M2: FORMATS.float8_e5m2,
  F8_E5M2FNUZ: FORMATS.float8_e5m2,
}

function bytesWithScales(
  stem: string,
  shape: readonly number[],
  scale: { readonly dtype: Dtype; readonly shape: readonly number[] },
  tensors: StoredTensors,
  format: WeightFormat | undefined,
): QuantisedWeight | undefined {
  const name = `${stem}.weight`
  const rows = shape.slice(0, -1)
  const bytes = shape.at(-1) ?? 0
  const [firstRows = 0] = shape
  // ModelOpt's NVFP4 has a second scale for the whole tensor.
  if (tensors.has(`${stem}.weight_scale_2`) && scale.dtype.startsWith('F8'))
    return shaped('nvfp4', name, [...rows, bytes * 2], FORMATS.nvfp4)
  // Formats of the Open Compute Project have a one-byte exponent for every 32 elements.
  if (scale.dtype === 'U8' || scale.dtype === 'F8_E8M0') {
    const elements = (scale.shape.at(-1) ?? 0) * 32
    const bits = (bytes * 8) / elements
    if (bits === 6) return shaped('mxfp6', name, [...rows, elements], FORMATS.mxfp6)
    if (bits === 4 || format?.bits === 4) return shaped('mxfp4', name, [...rows, bytes * 2], FORMATS.mxfp4)
    return undefined
  }
  // ModelOpt packs INT4 along the outputs, with two rows of scales per row of bytes; BitNet packs four rows, with one scale.
  if (scale.shape[0] === firstRows * 2) return shaped('modelopt', name, [firstRows * 2, ...shape.slice(1)], integers(4))
  if (elementCount(scale.shape) === 1) return shaped('bitnet', name, [firstRows * 4, ...shape.slice(1)], integers(2))
  return undefined
}

/**
 * Experts that are one parameter have no module of their own for scales: `experts.gate_up_proj` has `gate_up_proj_weight_scale`
 * (ModelOpt), `gate_up_proj_scale_inv` (FP8 by blocks) or `gate_up_proj_scale` (FBGEMM).
 */
export const scaledParameter: Unpack = (stem, tensors, format, marker) => {
  const stored = tensors.get(stem)
  const scale = tensors.get(marker)
  if (!stored || !scale || stem.endsWith('.weight')) return undefined
  if (stored.dtype.startsWith('F8_')) return shaped('fp8', stem, stored.shape, FLOAT8[stored.dtype] ?? FORMATS.float8)
  if (stored.dtype === 'I8') return shaped('modelopt', stem, stored.shape, integers(format?.bits ?? 8))
  const float4 = FLOAT4_BY_SCALE[scale.dtype]
  if (stored.dtype !== 'U8' || !float4) return undefined
  const { group, scheme } = float4
  // Two elements share a byte along the axis that has one scale for each group of elements.
  const axis = stored.shape.findIndex((bytes, at) => bytes * 2 === (scale.shape[at] ?? 0) * group)
  return axis < 0
    ? undefined
    : shaped(
        scheme,
        stem,
        stored.shape.map((size, at) => (at === axis ? size * 2 : size)),
        FORMATS[scheme],
      )
}

/** The elements that share a scale, and the format, by the dtype of the scales. */
const FLOAT4_BY_SCALE: Readonly<Partial<Record<Dtype, { group: number; scheme: 'nvfp4' | 'mxfp4' }>>> = {
  F8_E4M3: { group: 16, scheme: 'nvfp4' },
  F8_E8M0: { group: 32, scheme: 'mxfp4' },
  U8: { group: 32, scheme: 'mxfp4' },
}

/** EETQ stores bytes transposed, [in, out], with one scale per output. */
export const eetq: Unpack = (stem, tensors) => {
  const stored = tensors.get(`${stem}.weight`)
  const [inFeatures, outFeatures] = stored?.shape ?? []
  if (stored?.dtype !== 'I8' || !inFeatures || !outFeatures) return undefined
  return shaped('eetq', `${stem}.weight`, [outFeatures, inFeatures], integers(8))
}

/** quanto stores eight-bit weights under `weight._data`. Fewer bits are under `weight._data._data`, grouped, so the shape is lost. */
export const quantoBytes: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}.weight._data`)
  if (!stored) return undefined
  return shaped(
    'quanto',
    `${stem}.weight`,
    stored.shape,
    stored.dtype.startsWith('F8') ? (FLOAT8[stored.dtype] ?? FORMATS.float8) : (format ?? integers(8)),
  )
}

/** The packed variant of {@link quantoBytes}, for fewer than eight bits. */
export const quantoPacked: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}.weight._data._data`)
  if (!stored) return undefined
  const bits = format?.bits ?? 4
  const weight = flat('quanto', `${stem}.weight`, (elementCount(stored.shape) * 8) / bits, integers(bits))
  return format ? weight : guessed(weight)
}

/**
 * HQQ groups the elements: each group has as many elements as `W_q` has columns, and `scale` has one entry per group.
 * Together they determine the bits.
 */
export const hqq: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}.W_q`)
  const groups = elementCount(tensors.get(`${stem}.scale`)?.shape ?? [0])
  if (!stored || groups === 0) return undefined
  const isByGroup = tensors.get(`${stem}.scale`)?.shape.at(-1) === 1
  const wordBits = stored.dtype === 'I32' ? 32 : 8
  const words = elementCount(stored.shape)
  const elements = isByGroup ? groups * (stored.shape.at(-1) ?? 0) : (words * wordBits) / (format?.bits ?? 4)
  const weight = flat('hqq', `${stem}.weight`, elements, integers(Math.floor((words * wordBits) / elements)))
  return isByGroup || format ? weight : guessed(weight)
}

/**
 * torchao stores `_weight_qdata` in the shape of the weight. Four-bit elements share a byte or a word of 32 bits, along the
 * inputs, or in tiles for the kernels of GPUs: [out / 8, in / (32 · words), 32, words]. The stem ends in `._weight`.
 */
export const torchao: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}_qdata`)
  if (!stored) return undefined
  const name = torchaoParameter(stem)
  if (stored.dtype.startsWith('F8'))
    return shaped('torchao', name, stored.shape, FLOAT8[stored.dtype] ?? FORMATS.float8)
  const perWord = stored.dtype === 'I32' ? 8 : stored.dtype === 'U8' || format?.packed === true ? 2 : 1
  const fallback =
    perWord === 1 ? integers(8) : (TORCHAO_FLOATS[tensors.get(`${stem}_scale`)?.dtype ?? ''] ?? integers(4))
  return shaped('torchao', name, torchaoShape(stored.shape, perWord), format ?? fallback)
}

function torchaoShape(shape: readonly number[], perWord: number): readonly number[] {
  const [outTiles = 0, inTiles = 0, lanes, words = 0] = shape
  if (perWord === 8 && shape.length === 4 && lanes === 32) return [outTiles * 8, inTiles * words * 32]
  return [...shape.slice(0, -1), (shape.at(-1) ?? 0) * perWord]
}

/** The name of the parameter for the stem of its tensors: `experts.gate_up_proj` for `experts._gate_up_proj`. */
function torchaoParameter(stem: string): string {
  return stem.replace(/\._(\w+)$/, '.$1')
}

/** The module of a weight, or the name of any other parameter: torchao's configs name both. */
export function torchaoModule(stem: string): string {
  return torchaoParameter(stem).replace(/\.weight$/, '')
}

/** Scales of four-bit floats tell their format. */
const TORCHAO_FLOATS: Readonly<Record<string, WeightFormat>> = {
  F8_E8M0: FORMATS.mxfp4,
  F8_E4M3: FORMATS.nvfp4,
}

/** AQLM gives each group of inputs codes into code books. Codes are [out, in / group, books], a book is [.., size, 1, group]. */
export const aqlm: Unpack = (stem, tensors, format) => {
  const codes = tensors.get(`${stem}.codes`)
  const [, , outGroup = 1, inGroup = 8] = tensors.get(`${stem}.codebooks`)?.shape ?? []
  const [outRows, inGroups, books = 1] = codes?.shape ?? []
  if (!codes || !outRows || !inGroups) return undefined
  const bits = ((codes.dtype === 'I8' || codes.dtype === 'U8' ? 8 : 16) * books) / (inGroup * outGroup)
  return shaped('aqlm', `${stem}.weight`, [outRows * outGroup, inGroups * inGroup], format ?? integers(bits))
}
