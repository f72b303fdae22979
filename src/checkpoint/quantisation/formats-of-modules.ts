/** Configs that give single modules formats of their own: by name, by pattern, or by class. */
import { isObject } from '../../architecture/config-object.js'
import type { ConfigObject } from '../../architecture/index.js'
import { isEmbeddingName } from '../embedding-names.js'
import { numberIn, objectIn, textIn, textsIn } from '../json-object.js'
import { globTest, regexTest } from './module-pattern.js'
import { integerFormat, namedFormat } from './named-format.js'
import { byName, type FormatOfModules, type StatedFormats, staysAsItIs, uniform } from './quantisation.js'
import { FORMATS, integers, type WeightFormat } from './weight-format.js'

/** compressed-tensors has groups, each with the targets of its format: names, patterns after `re:`, and classes of modules. */
export function compressedTensors(config: ConfigObject): StatedFormats {
  const groups = Object.values(objectIn(config, 'config_groups') ?? {}).filter(isObject)
  const whole = textIn(config, 'format')
  const formats = groups.flatMap((group) => {
    const format = groupFormat(group, whole)
    return format ? [{ format, targets: textsIn(group['targets']) }] : []
  })
  const [first, ...others] = formats
  if (!first) return uniform(whole === undefined ? undefined : namedFormat(whole))
  const ofAll = formats.find(({ targets }) => targets.some(isClassOfMost))
  const isByPattern = formats.every(({ targets }) => targets.length > 0 && targets.every(isFoundAnywhere))
  const isGuess =
    !ofAll && formats.some(({ targets }) => targets.some((target) => !/^re:/.test(target) && !CLASSES.test(target)))
  const doubts = isGuess ? [OTHERS] : []
  if (others.length === 0 && !isByPattern) return { ...uniform(first.format), notes: doubts }
  const rows = formats.flatMap(({ format, targets }) =>
    targets.flatMap((target): [Target, WeightFormat][] => {
      if (EMBEDDING_CLASSES.test(target)) return [[isEmbeddingName, format]]
      return CLASSES.test(target) ? [] : [[target, format]]
    }),
  )
  const { exceptions, notes } = exceptionsOf(rows)
  const stated = { format: (ofAll ?? first).format, exceptions, notes: [...notes, ...doubts] }
  if (!isByPattern || stated.notes.length > 0) return stated
  return { ...stated, isExcluded: (module) => !stated.exceptions.some(({ isMeant }) => isMeant(module)) }
}

/** A class that is loaded under another prefix has other names, so that a name that is not found proves nothing. */
const OTHERS =
  'quantization_config names its modules one by one: without the headers of the weights, all others are taken to have the format of its first group'

/**
 * A pattern that is found in a name whatever comes before it. If all targets are such patterns, modules that none of them means stay as they
 * are. Full names prove less: the class that is loaded may have another prefix.
 */
function isFoundAnywhere(target: string): boolean {
  return target.startsWith('re:.*')
}

/** A target that is a module class, such as `Linear`, applies to all modules that no name or pattern matches. */
const CLASSES = /^[A-Z]\w*$/

/** Embeddings are told by their names: a file does not say of which class a module is. */
const EMBEDDING_CLASSES = /^\w*Embedding$/

function isClassOfMost(target: string): boolean {
  return CLASSES.test(target) && !EMBEDDING_CLASSES.test(target)
}

function groupFormat(group: ConfigObject, whole: string | undefined): WeightFormat | undefined {
  const weights = objectIn(group, 'weights')
  const bits = numberIn(weights, 'num_bits')
  if (bits === undefined) return undefined
  if (textIn(weights, 'type') !== 'float') return integers(bits)
  if (bits === 8) return FORMATS.float8
  const named = `${textIn(group, 'format') ?? whole}`
  if (bits === 6) return FORMATS.mxfp6
  return named.includes('mxfp4') || numberIn(weights, 'group_size') === 32 ? FORMATS.mxfp4 : FORMATS.nvfp4
}

/** ModelOpt names one algorithm for all layers, or `MIXED_PRECISION` and one per layer. Some exports have groups instead. */
export function modelOpt(config: ConfigObject): StatedFormats {
  const algorithm = textIn(config, 'quant_algo')
  const layers = objectIn(config, 'quantized_layers')
  if (!layers) {
    const format = namedFormat(algorithm)
    return format ? uniform(format) : compressedTensors(config)
  }
  const rows = Object.entries(layers).flatMap(([layer, settings]): [Target, WeightFormat][] => {
    const format = isObject(settings) ? namedFormat(textIn(settings, 'quant_algo')) : undefined
    return format ? [[layer.includes('*') ? globTest(layer) : layer, format]] : []
  })
  return exceptionsOf(rows)
}

/** mlx-lm states bits and mode for all modules, and next to them the settings of single modules: `false` for those that stay as they are. */
export function mlx(config: ConfigObject): StatedFormats {
  const format = mlxFormat(config)
  const named = Object.entries(config).flatMap(([name, settings]): [string, WeightFormat][] => {
    const own = isObject(settings) ? mlxFormat(settings) : undefined
    return own ? [[name, own]] : []
  })
  const left = new Set(Object.keys(config).filter((name) => config[name] === false))
  const isExcluded = left.size > 0 ? (module: string) => left.has(module) : undefined
  return { ...(format && { format }), exceptions: byName(named), ...(isExcluded && { isExcluded }), notes: [] }
}

function mlxFormat(settings: ConfigObject): WeightFormat | undefined {
  const mode = textIn(settings, 'mode') ?? 'affine'
  return mode === 'affine' ? integerFormat(settings) : namedFormat(mode)
}

/**
 * AutoRound lists settings of single modules in `extra_config`, by their names or by patterns that are found anywhere in a name. Modules with
 * 16 bits stay as they are. Source: `get_layer_config` of AutoRound 0.16.
 */
export function autoRound(config: ConfigObject): StatedFormats {
  const rows = Object.entries(objectIn(config, 'extra_config') ?? {}).flatMap(
    ([name, own]): [Target, WeightFormat][] => {
      const settings = { bits: config['bits'], data_type: config['data_type'], ...(isObject(own) ? own : {}) }
      const format = staysAsItIs(settings) ? undefined : roundedFormat(settings)
      return format
        ? [
            [name, format],
            [`re:.*${name}`, format],
          ]
        : []
    },
  )
  return { ...uniform(roundedFormat(config)), ...exceptionsOf(rows) }
}

/** AutoRound writes integers, MX floats, NV floats and FP8; `data_type` says which. Source: `schemes.py` and `data_type/` of AutoRound 0.16. */
function roundedFormat(config: ConfigObject): WeightFormat | undefined {
  const type = (textIn(config, 'data_type') ?? 'int').toLowerCase()
  const bits = numberIn(config, 'bits')
  if (/^nv_?fp/.test(type)) return FORMATS.nvfp4
  if (/^mx_?fp/.test(type)) return namedFormat(/\d/.test(type) ? type : `mxfp${bits ?? 4}`)
  // `fp8_to_int_sym` rounds to FP8 on the way to integers.
  const isFloat = /^(?:fp|float)/.test(type) && !type.includes('int')
  return isFloat && (bits ?? 8) === 8 ? (namedFormat(type) ?? FORMATS.float8) : integerFormat(config)
}

/**
 * GPTQModel lists settings of single modules in `dynamic`, by patterns that names start with. A minus marks modules that stay as they are.
 * Source: `dynamic_get` of GPTQModel 7.
 */
export function gptqModel(config: ConfigObject): StatedFormats {
  const rows = Object.entries(objectIn(config, 'dynamic') ?? {}).flatMap(([pattern, own]): [Target, WeightFormat][] => {
    const format = pattern.startsWith('-:') || !isObject(own) ? undefined : integerFormat(own)
    return format ? [[`re:${pattern.replace(/^\+:/, '')}`, format]] : []
  })
  return { ...uniform(integerFormat(config)), ...exceptionsOf(rows) }
}

/** Quark has a format for all layers, and one for each pattern of names. */
export function quark(config: ConfigObject): StatedFormats {
  const format = quarkFormat(objectIn(config, 'global_quant_config'))
  const exceptions = Object.entries(objectIn(config, 'layer_quant_config') ?? {}).flatMap(([pattern, settings]) => {
    const own = quarkFormat(isObject(settings) ? settings : undefined)
    return own ? [{ isMeant: globTest(pattern), format: own }] : []
  })
  return { ...(format && { format }), exceptions, notes: [] }
}

function quarkFormat(settings: ConfigObject | undefined): WeightFormat | undefined {
  const own = settings?.['weight']
  const weight: unknown = Array.isArray(own) ? own[0] : own
  if (!isObject(weight)) return undefined
  const type = textIn(weight, 'dtype')
  if (type === 'fp4') return textIn(weight, 'scale_format') === 'e8m0' ? FORMATS.mxfp4 : FORMATS.nvfp4
  return namedFormat(type === 'mx' ? `mx${textIn(weight, 'mx_element_dtype')}` : type)
}

/**
 * torchao writes the name of a function, or an object with the name and the fields of its config. `FqnToConfig` has one config
 * for each name or pattern, `null` for modules that stay as they are, and `_default` for all others.
 */
export function torchao(config: ConfigObject): StatedFormats {
  const named = textIn(config, 'quant_type')
  if (named !== undefined) return uniform(torchaoNamed(named, undefined))
  const type = objectIn(config, 'quant_type')
  const ofAll = objectIn(type, 'default') ?? type
  const data = objectIn(ofAll, '_data')
  const byModule = objectIn(data, 'fqn_to_config') ?? objectIn(data, 'module_fqn_to_config')
  if (!byModule) return uniform(torchaoFormat(ofAll))
  const { _default: ofOthers, ...own } = byModule
  const rows = Object.entries(own).flatMap(([name, settings]): [Target, WeightFormat][] => {
    const format = isObject(settings) ? torchaoFormat(settings) : undefined
    return format ? [[name.startsWith('re:') ? name : name.replace(/\.weight$/, ''), format]] : []
  })
  return { ...uniform(isObject(ofOthers) ? torchaoFormat(ofOthers) : undefined), ...exceptionsOf(rows) }
}

function torchaoFormat(config: ConfigObject | undefined): WeightFormat | undefined {
  const dtype = textIn(objectIn(objectIn(config, '_data'), 'weight_dtype'), '_data')
  return torchaoNamed(textIn(config, '_type') ?? '', dtype)
}

function torchaoNamed(name: string, weightType: string | undefined): WeightFormat | undefined {
  if (weightType?.startsWith('float4')) return FORMATS.mxfp4
  const ofWeight = namedFormat(weightType)
  if (ofWeight) return ofWeight
  if (/(?:activation_?|^)int4_?weight/i.test(name)) return { ...integers(4), packed: true }
  return namedFormat(name)
}

/** A module's name, a pattern after `re:`, or a test of names. */
type Target = string | ((module: string) => boolean)

/** The formats of single modules: those by name before those by pattern. */
function exceptionsOf(rows: readonly (readonly [Target, WeightFormat])[]): Pick<StatedFormats, 'exceptions' | 'notes'> {
  const named: [string, WeightFormat][] = []
  const patterns: FormatOfModules[] = []
  const notes: string[] = []
  for (const [target, format] of rows) {
    if (typeof target !== 'string') patterns.push({ isMeant: target, format })
    else if (!target.startsWith('re:')) named.push([target, format])
    else {
      const isMeant = regexTest(target.slice(3))
      if (isMeant) patterns.push({ isMeant, format })
      else notes.push(`quantization_config targets ${JSON.stringify(target)}, a pattern that is not supported`)
    }
  }
  return { exceptions: [...byName(named), ...patterns], notes }
}
