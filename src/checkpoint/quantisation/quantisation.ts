import { isObject } from '../../architecture/config-object.js'
import type { ConfigObject } from '../../architecture/index.js'
import { type OptionTable, object } from '../../options/index.js'
import { numberIn } from '../json-object.js'
import type { WeightFormat } from './weight-format.js'

/** How the weights of a checkpoint are quantised, according to its config files. */
export interface Quantisation {
  /** `quant_method`, or its equivalent in other config files: `gptq`, `compressed-tensors`, `mlx`. */
  readonly method: string
  /** The format of most modules; absent if the config names a method but not its bits. */
  readonly format?: WeightFormat
  /** Formats of single modules, or of modules that match a pattern. The first match takes precedence over `format`. */
  readonly exceptions: readonly FormatOfModules[]
  /** How scales are shared, where the config says it. */
  readonly scales?: ScaleSettings
  /** Whether the config says of a module that it is not quantised; absent if it names none. */
  readonly isExcluded?: (module: string) => boolean
  /** Settings in the config that this library does not understand, in sentences. */
  readonly notes: readonly string[]
}

/** What the config of a method states. */
export type StatedFormats = Omit<Quantisation, 'method'>

/** The same format for all modules. */
export function uniform(format: WeightFormat | undefined): StatedFormats {
  return { ...(format && { format }), exceptions: [], notes: [] }
}

/** Whether AutoRound leaves a module with these settings as it is. */
export function staysAsItIs(settings: unknown): boolean {
  return isObject(settings) && (numberIn(settings, 'bits') ?? 0) >= 16
}

/** How the elements of a weight share scales. */
export interface ScaleSettings {
  /** Elements along the input that share a scale; `row` if all of a row do. */
  readonly groupSize?: number | 'row'
  /** Whether zero points are stored beside the scales. */
  readonly zeroPoints?: boolean
  /** Whether bitsandbytes quantises the scales themselves (`bnb_4bit_use_double_quant`). */
  readonly doubleQuantised?: boolean
}

/** A format, and the modules that have it. */
export interface FormatOfModules {
  readonly isMeant: (module: string) => boolean
  readonly format: WeightFormat
}

/** The format that a config gives a module: `model.layers.0.self_attn.q_proj`. */
export function formatOf(quantisation: Quantisation | undefined, module: string): WeightFormat | undefined {
  if (!quantisation) return undefined
  return quantisation.exceptions.find(({ isMeant }) => isMeant(module))?.format ?? quantisation.format
}

/** Formats of modules by their full name. Thousands of names cost one look-up per format. */
export function byName(named: Iterable<readonly [string, WeightFormat]>): readonly FormatOfModules[] {
  const alike = new Map<string, { format: WeightFormat; names: Set<string> }>()
  for (const [name, format] of named) {
    const key = `${format.bits} ${format.precision} ${format.packed === true}`
    const group = alike.get(key) ?? { format, names: new Set() }
    group.names.add(name)
    alike.set(key, group)
  }
  return [...alike.values()].map(({ format, names }) => ({ format, isMeant: (module) => names.has(module) }))
}

/** The files of a checkpoint that describe how it is quantised. */
export interface QuantisationFiles {
  readonly config?: ConfigObject
  /** ModelOpt's `hf_quant_config.json`. */
  readonly hfQuantConfig?: ConfigObject
  /** `quantize_config.json` of AutoGPTQ and its successors; `quant_config.json` of AutoAWQ. */
  readonly quantizeConfig?: ConfigObject
  /** quanto's `quanto_qmap.json`. */
  readonly quantoMap?: ConfigObject
}

/** The allowed files other than `config.json`. */
export const BESIDE_CONFIG: OptionTable<Omit<QuantisationFiles, 'config'>> = {
  hfQuantConfig: object(),
  quantizeConfig: object(),
  quantoMap: object(),
}

/** The allowed files. */
export const QUANTISATION_FILES: OptionTable<QuantisationFiles> = { ...BESIDE_CONFIG, config: object() }
