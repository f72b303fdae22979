import type { Shape } from '../architecture/index.js'
import type { StoredTensor } from './safetensors-header.js'

/** The ways of storing a weight in fewer bits that are told apart from the weight itself. */
export type QuantisationScheme =
  | 'gptq'
  | 'awq'
  | 'bitsandbytes-4bit'
  | 'bitsandbytes-8bit'
  | 'fp8'
  | 'mxfp4'
  | 'nvfp4'
  | 'compressed-tensors'

/** A weight in quantised storage: the parameter that the model has, and the tensors that it is stored in. */
export interface QuantisedWeight {
  readonly scheme: QuantisationScheme
  /** The name of the parameter: `model.layers.0.mlp.up_proj.weight`. */
  readonly name: string
  /** Its shape before it was packed; a single number where the header only tells how many elements there are. */
  readonly shape: Shape
  /** Bits of one element as stored, scales not counted. */
  readonly bits: number
}

/** What the config says where the header cannot: bits of packed integers. */
export interface QuantisationHints {
  /** `bits` or `num_bits` of the config's `quantization_config`. Default: 4. */
  readonly bits?: number
}

/** The tensors of a checkpoint by name. */
export type StoredTensors = ReadonlyMap<string, Pick<StoredTensor, 'dtype' | 'shape'>>

/** A weight found at a marker tensor, with the tensors that only serve it. */
export interface FoundWeight {
  readonly weight: QuantisedWeight
  /** The tensors that it is stored in, marker and companions; those that are not there are no matter. */
  readonly stored: readonly string[]
}

/**
 * The quantised weight that a tensor is the marker of, if it is one.
 *
 * Each scheme has one tensor that no other has, and whose name leads to the rest. Sources: the checkpoints and loaders of
 * AutoGPTQ, AutoAWQ, bitsandbytes (`QuantState.as_dict(packed=True)`, `Int8Params`), compressed-tensors, ModelOpt,
 * DeepSeek-V3 (block-wise FP8) and gpt-oss (MXFP4).
 */
export function quantisedWeightAt(
  name: string,
  tensors: StoredTensors,
  hints: QuantisationHints,
): FoundWeight | undefined {
  for (const { marker, unpack, companions } of MARKERS) {
    const match = marker.exec(name)
    if (!match) continue
    const stem = name.slice(0, match.index)
    const weight = unpack(stem, tensors, hints, name)
    if (weight) return { weight, stored: [name, ...companions.map((suffix) => stem + suffix)] }
  }
  return undefined
}

interface Marker {
  /** The end of the marker's name; what stands before it is the stem. */
  readonly marker: RegExp
  /** The other tensors of the weight, as suffixes of the stem. */
  readonly companions: readonly string[]
  readonly unpack: (
    stem: string,
    tensors: StoredTensors,
    hints: QuantisationHints,
    name: string,
  ) => QuantisedWeight | undefined
}

const MARKERS: readonly Marker[] = [
  { marker: /\.qweight$/, companions: ['.qzeros', '.scales', '.g_idx'], unpack: packedByColumnsOrRows },
  {
    marker: /\.weight\.quant_state\.bitsandbytes__(?:nf4|fp4)$/,
    companions: ['.weight', '.weight.absmax', '.weight.quant_map', '.weight.nested_absmax', '.weight.nested_quant_map'],
    unpack: bitsandbytes4,
  },
  { marker: /\.SCB$/, companions: ['.weight', '.weight_format'], unpack: bitsandbytes8 },
  { marker: /_blocks$/, companions: ['_scales'], unpack: mxfp4 },
  {
    marker: /\.weight_packed$/,
    companions: [
      '.weight_scale',
      '.weight_shape',
      '.weight_zero_point',
      '.weight_g_idx',
      '.weight_global_scale',
      '.input_global_scale',
      '.input_scale',
    ],
    unpack: compressed,
  },
  { marker: /\.weight_scale_2$/, companions: ['.weight', '.weight_scale', '.input_scale'], unpack: modelOptNvfp4 },
  {
    marker: /\.weight$/,
    companions: ['.weight_scale_inv', '.weight_scale', '.weight_zero_point', '.input_scale', '.activation_scale'],
    unpack: fp8,
  },
]

/**
 * GPTQ packs 32-bit words along the inputs, AWQ along the outputs, and both keep one scale for each output in each group:
 * the one whose columns are those of `scales` is GPTQ. `qzeros`, packed along the outputs in both, tells the bits.
 */
function packedByColumnsOrRows(stem: string, tensors: StoredTensors): QuantisedWeight | undefined {
  const [rows, columns] = tensors.get(`${stem}.qweight`)?.shape ?? []
  const outFeatures = tensors.get(`${stem}.scales`)?.shape[1]
  if (rows === undefined || columns === undefined || !outFeatures) return undefined
  const packedZeros = tensors.get(`${stem}.qzeros`)?.shape[1]
  if (columns === outFeatures) {
    const inputs = tensors.get(`${stem}.g_idx`)?.shape[0]
    const bits = inputs ? (32 * rows) / inputs : packedZeros ? (32 * packedZeros) / outFeatures : 4
    return weight('gptq', `${stem}.weight`, [outFeatures, inputs ?? (32 * rows) / bits], bits)
  }
  return weight('awq', `${stem}.weight`, [outFeatures, rows], (32 * columns) / outFeatures)
}

/** bitsandbytes keeps two elements a byte in a flat tensor, whatever type it calls the bytes; the shape is in the data. */
function bitsandbytes4(stem: string, tensors: StoredTensors): QuantisedWeight | undefined {
  const stored = tensors.get(`${stem}.weight`)
  if (!stored) return undefined
  return weight(
    'bitsandbytes-4bit',
    `${stem}.weight`,
    [elements(stored.shape) * (WORD_BYTES[stored.dtype] ?? 1) * 2],
    4,
  )
}

/** The types that `bnb_4bit_quant_storage` may name, with their bytes. */
const WORD_BYTES: Readonly<Record<string, number>> = { U8: 1, I8: 1, F16: 2, BF16: 2, F32: 4 }

/** LLM.int8() keeps the weight as it is, in bytes, and `SCB`, a scale for each output. */
function bitsandbytes8(stem: string, tensors: StoredTensors): QuantisedWeight | undefined {
  const stored = tensors.get(`${stem}.weight`)
  return stored && weight('bitsandbytes-8bit', `${stem}.weight`, stored.shape, 8)
}

/**
 * gpt-oss keeps experts as blocks of 32 four-bit elements, 16 bytes each, [experts, out, in / 32, 16], and names the
 * block scales with an underscore; the parameter in transformers is [experts, in, out].
 */
function mxfp4(stem: string, tensors: StoredTensors): QuantisedWeight | undefined {
  const shape = tensors.get(`${stem}_blocks`)?.shape
  if (!shape || shape.length < 3 || !tensors.has(`${stem}_scales`)) return undefined
  const [outFeatures = 0, blocks = 0, blockBytes = 0] = shape.slice(-3)
  return weight('mxfp4', stem, [...shape.slice(0, -3), blocks * blockBytes * 2, outFeatures], 4)
}

/** compressed-tensors packs along the inputs: integers into 32-bit words, NVFP4 two to a byte. */
function compressed(
  stem: string,
  tensors: StoredTensors,
  { bits = 4 }: QuantisationHints,
): QuantisedWeight | undefined {
  const stored = tensors.get(`${stem}.weight_packed`)
  const [outFeatures, packed] = stored?.shape ?? []
  if (!stored || outFeatures === undefined || packed === undefined) return undefined
  if (stored.dtype === 'U8') return weight('nvfp4', `${stem}.weight`, [outFeatures, packed * 2], 4)
  return weight('compressed-tensors', `${stem}.weight`, [outFeatures, Math.floor((packed * 32) / bits)], bits)
}

/** ModelOpt's NVFP4 keeps two elements a byte, a scale for each sixteen, and a second scale for the whole tensor. */
function modelOptNvfp4(stem: string, tensors: StoredTensors): QuantisedWeight | undefined {
  const stored = tensors.get(`${stem}.weight`)
  if (stored?.dtype !== 'U8') return undefined
  const inPacked = stored.shape.at(-1) ?? 0
  return weight('nvfp4', `${stem}.weight`, [...stored.shape.slice(0, -1), inPacked * 2], 4)
}

/** FP8 keeps the weight's shape, with scales beside it: a scale for each block (DeepSeek), row or tensor. */
function fp8(stem: string, tensors: StoredTensors): QuantisedWeight | undefined {
  const stored = tensors.get(`${stem}.weight`)
  const eightBits = stored?.dtype.startsWith('F8_') || stored?.dtype === 'I8'
  const scaled = tensors.has(`${stem}.weight_scale_inv`) || tensors.has(`${stem}.weight_scale`)
  if (!stored || !eightBits || !scaled) return undefined
  return weight(stored.dtype === 'I8' ? 'compressed-tensors' : 'fp8', `${stem}.weight`, stored.shape, 8)
}

function weight(scheme: QuantisationScheme, name: string, shape: Shape, bits: number): QuantisedWeight {
  return { scheme, name, shape, bits }
}

function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}
