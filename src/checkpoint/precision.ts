import { type Architecture, type ConfigObject, linearLayers } from '../architecture/index.js'
import { checkOptions, type OptionTable, object, optionsIn } from '../options/index.js'
import { objectIn, textIn } from './json-object.js'
import type { LogicalParameters } from './logical-parameters.js'
import { formatOf, QUANTISATION_FILES, type Quantisation, type QuantisationFiles } from './quantisation/quantisation.js'
import { quantisationOf } from './quantisation/quantisation-of-config.js'
import { elementCount } from './quantisation/stored-weight.js'
import { isRounded, type WeightFormat } from './quantisation/weight-format.js'

/** A precision, with notes on how it was chosen. */
export interface Precision {
  readonly precision: string
  readonly notes: readonly string[]
}

/** The sources that a checkpoint's precision is derived from. */
export interface PrecisionSources extends QuantisationFiles {
  /** How the weights are stored, from the headers. */
  readonly storage?: LogicalParameters
  /** The model. Without headers, its layers show which of several formats most weights have. */
  readonly architecture?: Architecture
}

/** The allowed sources. */
export const PRECISION_SOURCES: OptionTable<PrecisionSources> = {
  ...QUANTISATION_FILES,
  storage: object(),
  architecture: object(),
}

/**
 * Finds the precision of a checkpoint's weights, as `ModelSpec.precision` names it. It is the precision of most stored
 * parameters, if the headers are given and their storage formats are known; else the quantisation in the config files; else
 * `dtype` or `torch_dtype`; else float32, the default of transformers.
 *
 * @example
 * ```ts
 * precisionOf({ config: { torch_dtype: 'bfloat16', quantization_config: { quant_method: 'awq', bits: 4 } } }) // int4
 * ```
 */
export function precisionOf(sources: PrecisionSources): Precision {
  checkOptions(sources, PRECISION_SOURCES)
  const { config, storage } = sources
  const quantisation = quantisationOf(optionsIn(sources, QUANTISATION_FILES))
  const stored = storage && storedPrecision(storage)
  if (stored) return { precision: stored.precision, notes: [...stored.notes, ...(quantisation?.notes ?? [])] }
  if (quantisation) return quantisedPrecision(quantisation, sources.architecture)
  const declared = declaredPrecision(config)
  if (declared !== undefined) return { precision: declared, notes: [] }
  return { precision: 'float32', notes: [NO_DTYPE] }
}

/** What is noted where nothing says in which precision the weights are. */
export const NO_DTYPE = 'the config has no dtype; transformers then uses float32'

/** The precision of most elements. Quantised weights are counted before packing. */
function storedPrecision({ parameters, unknown }: LogicalParameters): Precision | undefined {
  const formats = new Map<string, { format: WeightFormat; elements: number; isQuantised: boolean }>()
  let elements = 0
  for (const { scheme, bits, precision, shape } of parameters) {
    if (precision === undefined) continue
    const key = `${precision} ${bits}`
    const counted = formats.get(key) ?? { format: { bits, precision }, elements: 0, isQuantised: scheme !== undefined }
    counted.elements += elementCount(shape)
    elements += elementCount(shape)
    formats.set(key, counted)
  }
  // If most weights are in an unknown storage format, norms and scales alone do not show the precision.
  const unreadBytes = unknown.reduce((sum, { bytes }) => sum + bytes, 0)
  if (elements === 0 || unreadBytes * 2 > elements) return undefined
  const ranked = [...formats.values()].sort((a, b) => b.elements - a.elements)
  const [most] = ranked
  if (!most) return undefined
  const isMixed = ranked.filter(({ isQuantised }) => isQuantised).length > (most.isQuantised ? 1 : 0)
  return {
    precision: most.format.precision,
    notes: [...roundingNotes(most.format), ...(isMixed ? [mixtureNote(ranked, elements)] : [])],
  }
}

function mixtureNote(ranked: readonly { format: WeightFormat; elements: number }[], all: number): string {
  const shares = ranked.map(({ format, elements }) => `${percent(elements, all)} in ${format.precision}`)
  return `the weights have several precisions: ${shares.slice(0, 5).join(', ')}; precision is that of most parameters`
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`
}

/** Without headers: the format of most linear layers, or the first one that the config states. */
function quantisedPrecision(quantisation: Quantisation, architecture: Architecture | undefined): Precision {
  const { notes, exceptions } = quantisation
  const stated = [...(quantisation.format ? [quantisation.format] : []), ...exceptions.map(({ format }) => format)]
  const [first] = stated
  if (!first) {
    const unknown = 'precision is unknown: int8 is a placeholder; set precision yourself if you need it'
    return { precision: 'int8', notes: [...notes, unknown] }
  }
  const precisions = new Set(stated.map(({ precision }) => precision))
  if (precisions.size === 1) return { precision: first.precision, notes: [...notes, ...roundingNotes(first)] }
  const formats = new Map<string, { format: WeightFormat; elements: number }>()
  let all = 0
  for (const { name, inFeatures, outFeatures } of architecture ? linearLayers(architecture) : []) {
    const format = formatOf(quantisation, name)
    if (!format) continue
    const counted = formats.get(format.precision) ?? { format, elements: 0 }
    counted.elements += inFeatures * outFeatures
    all += inFeatures * outFeatures
    formats.set(format.precision, counted)
  }
  const ranked = [...formats.values()].sort((a, b) => b.elements - a.elements)
  const most = ranked[0]?.format ?? first
  const mixture =
    all > 0 ? mixtureNote(ranked, all) : `the config states several precisions: ${[...precisions].join(', ')}`
  return { precision: most.precision, notes: [...notes, ...roundingNotes(most), mixture] }
}

function roundingNotes(format: WeightFormat): string[] {
  if (!isRounded(format)) return []
  const bits = Number.isInteger(format.bits) ? format.bits : format.bits.toFixed(2)
  return [`the weights have ${bits} bits; precision rounds this up to ${format.precision}`]
}

function declaredPrecision(config: ConfigObject | undefined): string | undefined {
  const own = textIn(config, 'dtype') ?? textIn(config, 'torch_dtype')
  const text = objectIn(config, 'text_config')
  const declared = own ?? textIn(text, 'dtype') ?? textIn(text, 'torch_dtype')
  const name = declared?.replace(/^torch\./, '')
  return name === undefined || name === 'auto' ? undefined : (LONG_NAMES[name] ?? name)
}

/** The short names that configs and torch use for some dtypes. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  bf16: 'bfloat16',
  fp16: 'float16',
  half: 'float16',
  fp32: 'float32',
  float: 'float32',
  double: 'float64',
}
