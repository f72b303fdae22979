import { isObject } from '../../architecture/config-object.js'
import type { ConfigObject } from '../../architecture/index.js'
import { checkOptions } from '../../options/index.js'
import { objectIn, textIn } from '../json-object.js'
import { detailsOf } from './details.js'
import { METHODS } from './methods.js'
import { integerFormat, namedFormat } from './named-format.js'
import { byName, QUANTISATION_FILES, type Quantisation, type QuantisationFiles } from './quantisation.js'
import type { WeightFormat } from './weight-format.js'

/**
 * Finds how a checkpoint is quantised. It looks at `quantization_config` at the top of `config.json` or in one of its nested
 * models, `compression_config` of older compressed-tensors, `quantization` of MLX, and the separate files that ModelOpt,
 * AutoGPTQ, AutoAWQ and quanto write. Returns `undefined` if the files state no quantisation.
 *
 * @example
 * ```ts
 * quantisationOf({ config: { quantization_config: { quant_method: 'awq', bits: 4 } } })?.format // { bits: 4, precision: 'int4' }
 * ```
 */
export function quantisationOf(files: QuantisationFiles): Quantisation | undefined {
  checkOptions(files, QUANTISATION_FILES)
  const { config, hfQuantConfig, quantizeConfig, quantoMap } = files
  const modelOpt = objectIn(hfQuantConfig, 'quantization')
  const own = config && configured(config)
  if (modelOpt && (own === undefined || own.exceptions.length === 0)) return ofMethod('modelopt', modelOpt)
  if (own) return own
  if (quantizeConfig) return ofMethod(textIn(quantizeConfig, 'quant_method') ?? 'gptq', quantizeConfig)
  return quantoMap && quantoQuantisation(quantoMap)
}

function configured(config: ConfigObject): Quantisation | undefined {
  const found = settingsIn(config)
  if (!found) return undefined
  const method = methodOf(found.settings, found.name)
  return ofMethod(method, found.settings)
}

/** The settings at the top, or those of the first nested model that has any. */
function settingsIn(config: ConfigObject, depth = 0): { name: string; settings: ConfigObject } | undefined {
  for (const name of ['quantization_config', 'compression_config', 'quantization']) {
    const settings = objectIn(config, name)
    if (settings && Object.keys(settings).length > 0) return { name, settings }
  }
  if (depth === MAX_NESTING) return undefined
  for (const inner of Object.values(config)) {
    const found = isObject(inner) ? settingsIn(inner, depth + 1) : undefined
    if (found) return found
  }
  return undefined
}

/** Omni models have the language model two levels down: `thinker_config.text_config`. */
const MAX_NESTING = 2

/** Older ModelOpt exports and MLX do not write `quant_method`. */
function methodOf(settings: ConfigObject, name: string): string {
  const stated = textIn(settings, 'quant_method')
  if (stated !== undefined) return stated
  if (settings['quant_algo'] !== undefined || textIn(objectIn(settings, 'producer'), 'name') === 'modelopt')
    return 'modelopt'
  if (settings['config_groups'] !== undefined) return 'compressed-tensors'
  if (settings['load_in_4bit'] === true || settings['load_in_8bit'] === true) return 'bitsandbytes'
  if (name === 'quantization' || settings['mode'] !== undefined) return 'mlx'
  return settings['group_size'] !== undefined && Object.keys(settings).length <= 3 ? 'mlx' : ''
}

function ofMethod(method: string, settings: ConfigObject): Quantisation {
  const name = method.toLowerCase().replace(/^auto_round$/, 'auto-round')
  const read = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (read) {
    const stated = read(settings)
    const details = detailsOf(settings)
    const tests = [stated.isExcluded, details.isExcluded].filter((test) => test !== undefined)
    const isExcluded = tests.length > 0 && ((module: string) => tests.some((test) => test(module)))
    const quantisation = { method: name, ...stated, ...details, ...(isExcluded && { isExcluded }) }
    const isKnown = quantisation.format !== undefined || quantisation.exceptions.length > 0
    return isKnown ? quantisation : { ...quantisation, notes: [...quantisation.notes, unknownBits(name)] }
  }
  const format = integerFormat(settings) ?? namedFormat(method)
  const note = `unknown quantisation method ${JSON.stringify(method.slice(0, 60))}`
  return {
    method: name,
    ...(format && { format }),
    exceptions: [],
    ...detailsOf(settings),
    notes: [
      format
        ? `${note}: its ${format.bits} bits are assumed to be ${format.precision}`
        : `${note}: the config does not say how many bits the weights have`,
    ],
  }
}

function unknownBits(method: string): string {
  return `the config says that the weights are quantised with ${method}, but not to how many bits`
}

function quantoQuantisation(map: ConfigObject): Quantisation {
  const named = Object.entries(map).flatMap(([module, settings]): [string, WeightFormat][] => {
    const format = isObject(settings) ? namedFormat(textIn(settings, 'weights')) : undefined
    return format ? [[module, format]] : []
  })
  const [first] = named
  return { method: 'quanto', ...(first && { format: first[1] }), exceptions: byName(named), notes: [] }
}
