/**
 * How to read the weight format from each `quant_method`'s config, one row per method. Sources: the config classes of transformers 5.17
 * (`utils/quantization_config.py`), compressed-tensors 0.19 (`quant_scheme.py`), ModelOpt 0.47 (`export/quant_utils.py`),
 * amd-quark 0.13, mlx-lm 0.32, and the configs that these tools wrote.
 */

import { isObject } from '../../architecture/config-object.js'
import type { ConfigObject } from '../../architecture/index.js'
import { isEmbeddingName } from '../embedding-names.js'
import { numberIn, objectIn, textIn } from '../json-object.js'
import { globTest, regexTest } from './module-pattern.js'
import { byName, type FormatOfModules, type Quantisation } from './quantisation.js'
import { FORMATS, integers, type WeightFormat } from './weight-format.js'

/** Reads the config of one method. */
type ReadMethod = (config: ConfigObject) => Omit<Quantisation, 'method'>

/** The methods by their name in lower case. The config of a method that is not listed may still state its bits. */
export const METHODS: Readonly<Record<string, ReadMethod>> = {
  aqlm: (config) => uniform(aqlmFormat(config)),
  'auto-round': (config) => uniform(roundedFormat(config)),
  'intel/auto-round': (config) => uniform(roundedFormat(config)),
  awq: (config) => uniform(integerFormat(config)),
  bitnet: () => uniform(integers(2)),
  bitsandbytes: (config) => uniform(bitsandbytesFormat(config)),
  'compressed-tensors': compressedTensors,
  eetq: (config) => uniform(namedFormat(textIn(config, 'weights') ?? 'int8')),
  exl2: (config) => uniform(integerFormat(config)),
  exl3: (config) => uniform(integerFormat(config)),
  fbgemm_fp8: () => uniform(FORMATS.float8),
  finegrained_fp8: () => uniform(FORMATS.float8),
  fp8: (config) => uniform(textIn(config, 'fmt') === 'e5m2' ? FORMATS.float8_e5m2 : FORMATS.float8),
  fp_quant: (config) => uniform(namedFormat(textIn(config, 'forward_dtype') ?? 'mxfp4')),
  gptq: (config) => uniform(integerFormat(config)),
  higgs: (config) => uniform(integerFormat(config)),
  hqq: (config) => uniform(integerFormat(hqqWeights(config))),
  marlin: (config) => uniform(integerFormat(config) ?? integers(4)),
  mlx,
  modelopt: modelOpt,
  mxfp4: () => uniform(FORMATS.mxfp4),
  quanto: (config) => uniform(namedFormat(textIn(config, 'weights'))),
  qqq: (config) => uniform(integerFormat(config) ?? integers(4)),
  quark,
  sinq: (config) => uniform(integerFormat(config)),
  spqr: (config) => uniform(integerFormat(config)),
  torchao: (config) => torchao(config['quant_type']),
  vptq: (config) => uniform(vptqFormat(config)),
}

/** The bits that a config of any method states, under one of the usual names. */
export function integerFormat(config: ConfigObject | undefined): WeightFormat | undefined {
  const bits = BIT_NAMES.map((name) => numberIn(config, name)).find((value) => value !== undefined)
  return bits !== undefined && bits > 0 && bits <= 16 ? integers(bits) : undefined
}

const BIT_NAMES = ['bits', 'w_bit', 'nbits', 'num_bits', 'weight_bits', 'wbits']

/** The format for a short name: `int8`, `qint4`, `uint4`, `float8_e4m3fn`, `fp8_e5m2`, `NVFP4_AWQ`, `W4A16`. */
export function namedFormat(name: string | undefined): WeightFormat | undefined {
  const row = NAMES.find(([pattern]) => pattern.test(name ?? ''))
  if (row) return row[1]
  const bits = /(?:int|^w)(\d+)/i.exec(name ?? '')?.[1]
  return bits === undefined ? undefined : integers(Number(bits))
}

const NAMES: readonly (readonly [RegExp, WeightFormat])[] = [
  [/nvfp4/i, FORMATS.nvfp4],
  [/mx_?fp4/i, FORMATS.mxfp4],
  [/mx_?fp6|^fp6/i, FORMATS.mxfp6],
  [/mx_?fp8/i, FORMATS.float8],
  [/int4_?weight|^w4a/i, integers(4)],
  [/e5m2/i, FORMATS.float8_e5m2],
  [/fp8|float8/i, FORMATS.float8],
  [/^nf4/i, FORMATS.nf4],
  [/^fp4/i, FORMATS.fp4],
]

function uniform(format: WeightFormat | undefined): Omit<Quantisation, 'method'> {
  return { ...(format && { format }), exceptions: [], notes: [] }
}

/** AutoRound writes integers, MX floats and NV floats; `data_type` says which. */
function roundedFormat(config: ConfigObject): WeightFormat | undefined {
  const type = textIn(config, 'data_type') ?? 'int'
  const bits = numberIn(config, 'bits')
  if (/^nv_?fp/i.test(type)) return FORMATS.nvfp4
  if (/^mx_?fp/i.test(type)) return bits === 8 ? FORMATS.float8 : FORMATS.mxfp4
  return /^fp8|^float8/i.test(type) ? FORMATS.float8 : integerFormat(config)
}

/** The format as `BitsAndBytesConfig` chooses it: without one of the two flags there is none, and 4 bits are fp4 by default. */
function bitsandbytesFormat(config: ConfigObject): WeightFormat | undefined {
  const isSet = (flag: string): boolean => config[flag] === true || config[`_${flag}`] === true
  if (isSet('load_in_8bit')) return integers(8)
  if (!isSet('load_in_4bit')) return undefined
  return BITSANDBYTES_4BIT[textIn(config, 'bnb_4bit_quant_type') ?? 'fp4']
}

const BITSANDBYTES_4BIT: Readonly<Record<string, WeightFormat>> = { fp4: FORMATS.fp4, nf4: FORMATS.nf4 }

/** AQLM gives each group of inputs one code per code book. */
function aqlmFormat(config: ConfigObject): WeightFormat | undefined {
  const [bits, books, group] = ['nbits_per_codebook', 'num_codebooks', 'in_group_size'].map((name) =>
    numberIn(config, name),
  )
  return bits && books && group ? integers((bits * books) / group) : undefined
}

/** VPTQ stores an index of log2(centroids) bits per vector. Settings are per layer; the first layer's are used for all. */
function vptqFormat(config: ConfigObject): WeightFormat | undefined {
  const layers = objectIn(config, 'config_for_layers')
  const first = objectIn(layers, Object.keys(layers ?? {})[0] ?? '')
  const [centroids, vectors] = [last(first?.['num_centroids']), last(first?.['vector_lens'])]
  return centroids && vectors ? integers(Math.log2(centroids) / vectors) : undefined
}

function last(list: unknown): number | undefined {
  const value: unknown = Array.isArray(list) ? list.at(-1) : undefined
  return typeof value === 'number' && value > 0 ? value : undefined
}

/** HQQ has one setting for all layers, or one per layer name; then the first is used for all. */
function hqqWeights(config: ConfigObject): ConfigObject | undefined {
  const settings = objectIn(config, 'quant_config') ?? config
  const own = objectIn(settings, 'weight_quant_params')
  if (own) return own
  return objectIn(objectIn(settings, Object.keys(settings)[0] ?? ''), 'weight_quant_params')
}

function compressedTensors(config: ConfigObject): Omit<Quantisation, 'method'> {
  const groups = Object.values(objectIn(config, 'config_groups') ?? {}).filter(isObject)
  const whole = textIn(config, 'format')
  const formats = groups.flatMap((group) => {
    const format = groupFormat(group, whole)
    return format ? [{ format, targets: textsIn(group['targets']) }] : []
  })
  const [first, ...others] = formats
  if (!first) return uniform(whole === undefined ? undefined : namedFormat(whole))
  if (others.length === 0) return uniform(first.format)
  const notes: string[] = []
  const named: [string, WeightFormat][] = []
  const patterns: FormatOfModules[] = []
  for (const { format, targets } of formats) {
    for (const target of targets) {
      if (EMBEDDING_CLASSES.test(target)) patterns.push({ isMeant: isEmbeddingName, format })
      if (CLASSES.test(target)) continue
      if (!target.startsWith('re:')) named.push([target, format])
      else {
        const isMeant = regexTest(target.slice(3))
        if (isMeant) patterns.push({ isMeant, format })
        else notes.push(unsupportedPattern(target))
      }
    }
  }
  const ofAll = formats.find(({ targets }) => targets.some(isClassOfMost))
  return { format: (ofAll ?? first).format, exceptions: [...byName(named), ...patterns], notes }
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

function textsIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}

/** ModelOpt names one algorithm for all layers, or `MIXED_PRECISION` and one per layer. Some exports have groups instead. */
function modelOpt(config: ConfigObject): Omit<Quantisation, 'method'> {
  const algorithm = textIn(config, 'quant_algo')
  const layers = objectIn(config, 'quantized_layers')
  if (!layers) {
    const format = namedFormat(algorithm)
    return format ? uniform(format) : compressedTensors(config)
  }
  const named: [string, WeightFormat][] = []
  const patterns: FormatOfModules[] = []
  for (const [layer, settings] of Object.entries(layers)) {
    const format = isObject(settings) ? namedFormat(textIn(settings, 'quant_algo')) : undefined
    if (!format) continue
    const isMeant = layer.includes('*') ? globTest(layer) : undefined
    if (isMeant) patterns.push({ isMeant, format })
    else named.push([layer, format])
  }
  return { exceptions: [...byName(named), ...patterns], notes: [] }
}

/** mlx-lm states bits and mode for all modules, and next to them the settings of single modules. */
function mlx(config: ConfigObject): Omit<Quantisation, 'method'> {
  const format = mlxFormat(config)
  const named = Object.entries(config).flatMap(([name, settings]): [string, WeightFormat][] => {
    const own = isObject(settings) ? mlxFormat(settings) : undefined
    return own ? [[name, own]] : []
  })
  return { ...(format && { format }), exceptions: byName(named), notes: [] }
}

function mlxFormat(settings: ConfigObject): WeightFormat | undefined {
  const mode = textIn(settings, 'mode') ?? 'affine'
  return mode === 'affine' ? integerFormat(settings) : namedFormat(mode)
}

function quark(config: ConfigObject): Omit<Quantisation, 'method'> {
  const format = quarkFormat(objectIn(config, 'global_quant_config'))
  const exceptions = Object.entries(objectIn(config, 'layer_quant_config') ?? {}).flatMap(([pattern, settings]) => {
    const own = quarkFormat(isObject(settings) ? settings : undefined)
    const isMeant = globTest(pattern)
    return own && isMeant ? [{ isMeant, format: own }] : []
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
function torchao(type: unknown): Omit<Quantisation, 'method'> {
  if (typeof type === 'string') return uniform(torchaoNamed(type, undefined))
  if (!isObject(type)) return uniform(undefined)
  const config = objectIn(type, 'default') ?? type
  const data = objectIn(config, '_data')
  const byModule = objectIn(data, 'fqn_to_config') ?? objectIn(data, 'module_fqn_to_config')
  if (!byModule) return uniform(torchaoFormat(config))
  const named: [string, WeightFormat][] = []
  const patterns: FormatOfModules[] = []
  const notes: string[] = []
  for (const [name, own] of Object.entries(byModule)) {
    const format = name === '_default' || !isObject(own) ? undefined : torchaoFormat(own)
    if (!format) continue
    const module = name.replace(/\.weight$/, '')
    const isMeant = name.startsWith('re:') ? regexTest(name.slice(3)) : undefined
    if (isMeant) patterns.push({ isMeant, format })
    else if (name.startsWith('re:')) notes.push(unsupportedPattern(name))
    else named.push([module, format])
  }
  const ofOthers = objectIn(byModule, '_default')
  const format = ofOthers && torchaoFormat(ofOthers)
  return { ...(format && { format }), exceptions: [...byName(named), ...patterns], notes }
}

function torchaoFormat(config: ConfigObject): WeightFormat | undefined {
  const dtype = textIn(objectIn(objectIn(config, '_data'), 'weight_dtype'), '_data')
  return torchaoNamed(textIn(config, '_type') ?? '', dtype)
}

function unsupportedPattern(target: string): string {
  return `quantization_config targets ${JSON.stringify(target)}, a pattern that is not supported`
}

function torchaoNamed(name: string, weightType: string | undefined): WeightFormat | undefined {
  if (weightType?.startsWith('float4')) return { ...FORMATS.mxfp4, packed: true }
  const ofWeight = namedFormat(weightType)
  if (ofWeight) return ofWeight
  if (/nvfp4/i.test(name)) return { ...FORMATS.nvfp4, packed: true }
  if (/(?:activation_?|^)int4_?weight/i.test(name)) return { ...integers(4), packed: true }
  return namedFormat(name)
}
