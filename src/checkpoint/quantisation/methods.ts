/**
 * How to read the weight format from each `quant_method`'s config, one row per method. Sources: the config classes of transformers 5.17
 * (`utils/quantization_config.py`), compressed-tensors 0.19 (`quant_scheme.py`), ModelOpt 0.47 (`export/quant_utils.py`),
 * amd-quark 0.13, mlx-lm 0.32, and the configs that these tools wrote.
 */
import type { ConfigObject } from '../../architecture/index.js'
import { numberIn, objectIn, textIn } from '../json-object.js'
import { autoRound, compressedTensors, gptqModel, mlx, modelOpt, quark, torchao } from './formats-of-modules.js'
import { integerFormat, namedFormat } from './named-format.js'
import { type StatedFormats, uniform } from './quantisation.js'
import { FORMATS, integers, type WeightFormat } from './weight-format.js'

/** Reads the config of one method. */
type ReadMethod = (config: ConfigObject) => StatedFormats

/** The methods by their name in lower case. The config of a method that is not listed may still state its bits. */
export const METHODS: Readonly<Record<string, ReadMethod>> = {
  aqlm: (config) => uniform(aqlmFormat(config)),
  'auto-round': autoRound,
  'intel/auto-round': autoRound,
  awq: gptqModel,
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
  gptq: gptqModel,
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
  torchao,
  vptq: (config) => uniform(vptqFormat(config)),
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
