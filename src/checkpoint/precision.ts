import type { ConfigObject } from '../architecture/index.js'
import { type Dtype, PRECISION_OF_DTYPE } from './dtype.js'
import { numberIn, objectIn, textIn } from './json-object.js'
import { elementCount, type LogicalParameters } from './logical-parameters.js'
import type { QuantisationScheme } from './quantised-storage.js'

/** A precision, and where it was read. */
export interface Precision {
  readonly precision: string
  /** Set where nothing said it. */
  readonly note?: string
}

/**
 * The precision of a checkpoint's weights, in the words of `ModelSpec.precision`: what most of the stored weights have,
 * where the headers are known; else what the config's `quantization_config`, `dtype` or `torch_dtype` says; else float32,
 * which is what transformers makes of a config that says nothing.
 */
export function precisionOf(config: ConfigObject | undefined, storage?: LogicalParameters): Precision {
  const said = storage ? storedPrecision(storage) : undefined
  const precision = said ?? quantisedPrecision(objectIn(config, 'quantization_config')) ?? declaredPrecision(config)
  if (precision !== undefined) return { precision }
  return { precision: 'float32', note: 'the config names no dtype; float32 is what transformers takes then' }
}

/** The precision that holds most of the elements, quantised weights counted before packing. */
function storedPrecision({ parameters }: LogicalParameters): string | undefined {
  const elements = new Map<string, number>()
  for (const { dtype, scheme, bits, shape } of parameters) {
    const precision = scheme ? schemePrecision(scheme, bits, dtype) : PRECISION_OF_DTYPE[dtype]
    if (precision) elements.set(precision, (elements.get(precision) ?? 0) + elementCount(shape))
  }
  const [most] = [...elements].sort(([, a], [, b]) => b - a)
  return most?.[0]
}

function schemePrecision(scheme: QuantisationScheme, bits: number, dtype: Dtype): string {
  switch (scheme) {
    case 'bitsandbytes-4bit':
      return 'nf4'
    case 'mxfp4':
    case 'nvfp4':
      return scheme
    case 'fp8':
      return PRECISION_OF_DTYPE[dtype] ?? 'float8_e4m3fn'
    default:
      return `int${bits}`
  }
}

/** Source: `quantization_config` as transformers writes it for each `quant_method`. */
function quantisedPrecision(quantisation: ConfigObject | undefined): string | undefined {
  if (!quantisation) return undefined
  const bits = numberIn(quantisation, 'bits') ?? numberIn(quantisation, 'w_bit')
  switch (textIn(quantisation, 'quant_method')) {
    case 'bitsandbytes':
      if (quantisation['load_in_8bit'] === true || quantisation['_load_in_8bit'] === true) return 'int8'
      return textIn(quantisation, 'bnb_4bit_quant_type') ?? 'nf4'
    case 'fp8':
    case 'fbgemm_fp8':
    case 'finegrained_fp8':
      return 'float8_e4m3fn'
    case 'mxfp4':
      return 'mxfp4'
    case 'modelopt':
      return textIn(quantisation, 'quant_algo')?.toLowerCase() === 'nvfp4' ? 'nvfp4' : 'float8_e4m3fn'
    case 'compressed-tensors':
      return compressedPrecision(quantisation)
    default:
      return bits === undefined ? undefined : `int${bits}`
  }
}

function compressedPrecision(quantisation: ConfigObject): string | undefined {
  const groups = objectIn(quantisation, 'config_groups')
  const weights = groups && objectIn(objectIn(groups, Object.keys(groups)[0] ?? ''), 'weights')
  const bits = numberIn(weights, 'num_bits')
  if (bits === undefined) return undefined
  if (textIn(weights, 'type') !== 'float') return `int${bits}`
  return bits === 4 ? 'nvfp4' : 'float8_e4m3fn'
}

function declaredPrecision(config: ConfigObject | undefined): string | undefined {
  const own = textIn(config, 'dtype') ?? textIn(config, 'torch_dtype')
  const text = objectIn(config, 'text_config')
  const declared = own ?? textIn(text, 'dtype') ?? textIn(text, 'torch_dtype')
  const name = declared?.replace(/^torch\./, '')
  return name === undefined || name === 'auto' ? undefined : (LONG_NAMES[name] ?? name)
}

/** What configs and torch call some types for short. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  bf16: 'bfloat16',
  fp16: 'float16',
  half: 'float16',
  fp32: 'float32',
  float: 'float32',
  double: 'float64',
}
