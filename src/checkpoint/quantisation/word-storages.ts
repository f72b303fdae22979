/** Integers packed into words of 32 or 16 bits: GPTQ, AWQ, Marlin, ExLlama, Quark, compressed-tensors, MLX. */
import { guessed, type QuantisedWeight, type StoredTensors, shaped, type Unpack } from './stored-weight.js'
import { FORMATS, integers, type WeightFormat } from './weight-format.js'

/**
 * GPTQ packs 32-bit words along the inputs, AWQ along the outputs. Both have one scale per output and group: if `qweight`
 * has as many columns as `scales`, it is GPTQ. FP-Quant uses the same name for a tensor with two elements of a row per byte,
 * and AWQ's other layouts are those of {@link awqByRows}.
 */
export const gptqOrAwq: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}.qweight`)
  const [rows, columns] = stored?.shape ?? []
  const name = `${stem}.weight`
  if (!stored || !rows || !columns) return undefined
  if (stored.dtype === 'U8') return fpQuant(name, [rows, columns], format)
  const [groups, outFeatures] = tensors.get(`${stem}.scales`)?.shape ?? []
  if (!groups || !outFeatures) return undefined
  const zeroRows = tensors.get(`${stem}.qzeros`)?.shape[0]
  const byRows = awqByRows(name, stored.dtype, [rows, columns], [groups, outFeatures], zeroRows)
  if (byRows) return byRows
  if (columns !== outFeatures) {
    const bits = (32 * columns) / outFeatures
    return bits >= 1 && bits <= 8 ? shaped('awq', name, [outFeatures, rows], integers(bits)) : undefined
  }
  const told = gptqBits(stem, tensors, rows, outFeatures, format)
  const weight = shaped('gptq', name, [outFeatures, (32 * rows) / (told ?? 4)], integers(told ?? 4))
  return told === undefined ? guessed(weight) : weight
}

/** FP-Quant has two elements of a row in a byte. Only the config says whether they are MXFP4 or NVFP4; the former is its default. */
function fpQuant(
  name: string,
  [rows, columns]: readonly [number, number],
  format: WeightFormat = FORMATS.mxfp4,
): QuantisedWeight | undefined {
  return shaped(format.precision === 'nvfp4' ? 'nvfp4' : 'mxfp4', name, [rows, columns * 2], format)
}

/**
 * AWQ for single tokens packs four bits along the inputs: [out, in / 8] words, with scales and zero points by output (GEMV);
 * or [out / 4, in] words of 16 bits (GEMV fast, LLM-AWQ).
 */
function awqByRows(
  name: string,
  dtype: string,
  [rows, columns]: readonly [number, number],
  [groups, outFeatures]: readonly [number, number],
  zeroRows: number | undefined,
): QuantisedWeight | undefined {
  if (dtype === 'I16')
    return rows * 4 === outFeatures ? shaped('awq', name, [outFeatures, columns], integers(4)) : undefined
  const isByOutput = groups === rows && zeroRows === rows && columns !== outFeatures
  return isByOutput ? shaped('awq', name, [rows, columns * 8], integers(4)) : undefined
}

/**
 * The bits of GPTQ. `g_idx` has one entry for each input. `qzeros` is packed along the outputs, and its last word may not be full:
 * few outputs leave several numbers of bits, of which the config names one.
 */
function gptqBits(
  stem: string,
  tensors: StoredTensors,
  rows: number,
  outFeatures: number,
  format: WeightFormat | undefined,
): number | undefined {
  const inputs = tensors.get(`${stem}.g_idx`)?.shape[0]
  if (inputs) return (32 * rows) / inputs
  const zeros = tensors.get(`${stem}.qzeros`)?.shape[1]
  if (!zeros) return format?.bits
  const possible = [2, 3, 4, 5, 6, 7, 8].filter((bits) => Math.ceil((outFeatures * bits) / 32) === zeros)
  if (format && possible.includes(format.bits)) return format.bits
  return possible.length === 1 ? possible[0] : undefined
}

/**
 * Marlin tiles the inputs by 16: `B` is [in / 16, out · 16 · bits / 32], and the scales `s` are [groups, out]. QQQ has the same
 * tiles, with a second scale for each output, `s_channel`.
 */
export const marlin: Unpack = (stem, tensors) => {
  const [tiles, words] = tensors.get(`${stem}.B`)?.shape ?? []
  const outFeatures = (tensors.get(`${stem}.s`) ?? tensors.get(`${stem}.s_channel`))?.shape[1]
  if (!tiles || !words || !outFeatures) return undefined
  return shaped('marlin', `${stem}.weight`, [outFeatures, tiles * 16], integers((2 * words) / outFeatures))
}

/** ExLlamaV2 mixes bits within a layer: `q_invperm` has one entry per input, `q_scale` eight outputs per word. */
export const exl2: Unpack = (stem, tensors) => {
  const inputs = tensors.get(`${stem}.q_invperm`)?.shape[0] ?? tensors.get(`${stem}.q_perm`)?.shape[0]
  const scaleWords = tensors.get(`${stem}.q_scale`)?.shape[1]
  const [rows, columns] = tensors.get(`${stem}.q_weight`)?.shape ?? []
  if (!inputs || !scaleWords || !rows || !columns) return undefined
  return shaped(
    'exl2',
    `${stem}.weight`,
    [scaleWords * 8, inputs],
    integers((32 * rows * columns) / (inputs * scaleWords * 8)),
  )
}

/** ExLlamaV3 stores tiles of 16 × 16 elements as 16 · bits numbers of 16 bits: [in / 16, out / 16, 16 · bits]. */
export const exl3: Unpack = (stem, tensors) => {
  const [inTiles, outTiles, words] = tensors.get(`${stem}.trellis`)?.shape ?? []
  if (!inTiles || !outTiles || !words) return undefined
  return shaped('exl3', `${stem}.weight`, [outTiles * 16, inTiles * 16], integers(words / 16))
}

/** Quark packs outputs into words: [in, out · bits / 32], with scales [groups, out]. */
export function quarkIntegers(stem: string, tensors: StoredTensors): QuantisedWeight | undefined {
  const [inFeatures, words] = tensors.get(`${stem}.weight`)?.shape ?? []
  const outFeatures = tensors.get(`${stem}.weight_scale`)?.shape.at(-1)
  if (!inFeatures || !words || !outFeatures) return undefined
  return shaped('quark', `${stem}.weight`, [outFeatures, inFeatures], integers((32 * words) / outFeatures))
}

/** compressed-tensors packs integers along the inputs into 32-bit words. Only the config gives their bits. */
export function packedIntegers(
  stem: string,
  tensors: StoredTensors,
  format: WeightFormat | undefined,
): QuantisedWeight | undefined {
  const shape = tensors.get(`${stem}.weight_packed`)?.shape ?? []
  const words = shape.at(-1)
  if (words === undefined) return undefined
  const bits = format?.bits ?? 4
  const weight = shaped(
    'compressed-tensors',
    `${stem}.weight`,
    [...shape.slice(0, -1), Math.floor((words * 32) / bits)],
    integers(bits),
  )
  return format ? weight : guessed(weight)
}

/**
 * MLX packs along the inputs, also for embeddings, with scales for groups of 32, 64 or 128 inputs. The affine mode also has
 * `biases`. Without `biases` the scales are the bytes of MXFP4 (groups of 32), NVFP4 (16) or MXFP8 (32).
 */
export const mlx: Unpack = (stem, tensors, format) => {
  const stored = tensors.get(`${stem}.weight`)
  const groups = tensors.get(`${stem}.scales`)?.shape.at(-1)
  const words = stored?.shape.at(-1)
  if (stored?.dtype !== 'U32' || !groups || words === undefined) return undefined
  const known = format ?? (tensors.has(`${stem}.biases`) ? undefined : mlxFloats((words * 8) / groups))
  const { bits } = known ?? integers(4)
  const weight = shaped(
    'mlx',
    `${stem}.weight`,
    [...stored.shape.slice(0, -1), (words * 32) / bits],
    known ?? integers(4),
  )
  return known ? weight : guessed(weight)
}

/** The float format, from the number of inputs that a group would have if each had four bits. */
function mlxFloats(inputsOfFourBits: number): WeightFormat | undefined {
  if (inputsOfFourBits === 16) return FORMATS.nvfp4
  return inputsOfFourBits === 32 ? FORMATS.mxfp4 : inputsOfFourBits === 64 ? FORMATS.float8 : undefined
}
