import type { Architecture } from '../../../architecture/index.js'
import type { Quantisation } from '../../../checkpoint/quantisation/quantisation.js'
import { formatOf } from '../../../checkpoint/quantisation/quantisation.js'
import { quantisationOf } from '../../../checkpoint/quantisation/quantisation-of-config.js'
import type { WeightFormat } from '../../../checkpoint/quantisation/weight-format.js'
import type { ModelSpec } from '../../../schemas/index.js'
import { GGUF_MIXES, type GgufMix, ggufBits, isGgufMix } from './gguf-mix.js'
import { bitsIn, isSchemeName, SCHEMES, type SchemeName, type WeightScheme } from './schemes.js'
import type { WeightGroup } from './weight-groups.js'

/** How weights are stored: a dtype, a scheme of quantisation, or a mix of ggml's types (`q4_k_m`). */
export type WeightPrecision = SchemeName | GgufMix

/** Every {@link WeightPrecision}. */
export const WEIGHT_PRECISIONS: readonly WeightPrecision[] = [
  ...(Object.keys(SCHEMES) as readonly SchemeName[]),
  ...GGUF_MIXES,
]

/** How the weights of a model are stored. */
export interface WeightStorage {
  /** The precision of most weights. */
  readonly precision: WeightPrecision
  /** Where that is from: `option`, the config or the spec of the checkpoint, or nowhere. */
  readonly from: 'option' | 'checkpoint' | 'default'
  /** The dtype of everything that is not quantised, which engines compute in. */
  readonly computeDtype: 'float32' | 'bfloat16' | 'float16'
  /** Bits of one element of a group, with its share of the scales. */
  readonly bitsOf: (group: WeightGroup) => number
  /** The method of quantisation that the config states. */
  readonly method?: string
  /** In sentences. */
  readonly assumptions: readonly string[]
}

/** What says how a checkpoint stores its weights, besides its architecture. */
export interface StorageSources {
  /** The precision that was asked for; it wins. */
  readonly precision?: WeightPrecision | undefined
  /** The spec, if the model was rebuilt from one. */
  readonly spec?: Pick<ModelSpec, 'precision'> | undefined
  /** The quantisation, if more files than the config were read. */
  readonly quantisation?: Quantisation | undefined
}

/** How the weights are stored: as asked, as the checkpoint says, or in bfloat16. */
export function weightStorage(model: Architecture, sources: StorageSources): WeightStorage {
  const quantisation = sources.quantisation ?? (model.config && quantisationOf({ config: model.config }))
  const declared = declaredDtype(model)
  const own = quantisation && ownStorage(model, quantisation, declared ?? 'bfloat16')
  const { precision } = sources
  if (precision !== undefined) {
    if (own && (own.precision === precision || `${own.method}-${own.precision}` === precision))
      return { ...own, from: 'option' }
    return asked(model, precision, declared)
  }
  if (own) return own
  const ofSpec = precisionOfSpec(sources.spec)
  if (ofSpec !== undefined) {
    const assumption = `weights as the checkpoint's spec says: ${sources.spec?.precision}`
    return { ...asked(model, ofSpec, declared), from: 'checkpoint', assumptions: [assumption] }
  }
  if (declared) return { ...asked(model, declared, declared), from: 'checkpoint' }
  return {
    ...asked(model, 'bfloat16', undefined),
    from: 'default',
    assumptions: ['neither an option nor the checkpoint says how the weights are stored: bfloat16 is assumed'],
  }
}

function asked(model: Architecture, precision: WeightPrecision, declared: Dtype | undefined): WeightStorage {
  if (isGgufMix(precision)) {
    const bitsOf = ggufBits(precision, model)
    return { precision, from: 'option', computeDtype: 'float16', bitsOf, assumptions: [GGUF_NOTE] }
  }
  const scheme: WeightScheme = SCHEMES[precision]
  const computeDtype = isDtype(precision) ? precision : sixteenBits(declared)
  const bitsOf = (group: WeightGroup): number => (isQuantised(scheme, group, model) ? bitsIn(scheme, group) : 16)
  const method = precision.startsWith('gptq') ? { method: 'gptq' } : {}
  return { precision, from: 'option', computeDtype, bitsOf, ...method, assumptions: [] }
}

const GGUF_NOTE =
  'tensors have the types that llama-quantize chooses without an importance matrix (llama.cpp in llama-cpp-python 0.3.36)'

type Dtype = 'float32' | 'bfloat16' | 'float16'

function isDtype(precision: string): precision is Dtype {
  return precision === 'float32' || precision === 'bfloat16' || precision === 'float16'
}

function sixteenBits(declared: Dtype | undefined): 'bfloat16' | 'float16' {
  return declared === 'float16' ? 'float16' : 'bfloat16'
}

/** MXFP4 of gpt-oss is for the experts alone; a model without experts has it in all its matrices. */
function isQuantised(scheme: WeightScheme, { kind }: WeightGroup, { dimensions }: Architecture): boolean {
  if (scheme === SCHEMES.mxfp4 && dimensions.moe) return kind === 'experts'
  return scheme.kinds.has(kind)
}

/** As the config says: its format, its groups, and the modules that it leaves as they are. */
function ownStorage(model: Architecture, quantisation: Quantisation, dtype: Dtype): WeightStorage | undefined {
  const format = quantisation.format ?? quantisation.exceptions[0]?.format
  if (!format) return undefined
  const precision = nameOf(format, quantisation)
  const compute = sixteenBits(dtype)
  const bitsOf = (group: WeightGroup): number => {
    if (!ownScheme(format, quantisation).kinds.has(group.kind)) return 16
    return averageOver(group, (module) => {
      if (quantisation.isExcluded?.(module)) return 16
      // A config that lists formats by module leaves the others as they are.
      const own = formatOf(quantisation, module)
      return own ? bitsIn(ownScheme(own, quantisation), group) : 16
    })
  }
  return {
    precision,
    from: 'checkpoint',
    computeDtype: compute,
    method: quantisation.method,
    bitsOf: precision === 'mxfp4' ? expertsOnly(bitsOf, model, quantisation) : bitsOf,
    assumptions: [`weights as the config says: ${quantisation.method}, ${format.bits} bits`, ...quantisation.notes],
  }
}

/** transformers' `mxfp4` method quantises experts and nothing else, listed or not. */
function expertsOnly(
  bitsOf: WeightStorage['bitsOf'],
  { dimensions }: Architecture,
  { method }: Quantisation,
): WeightStorage['bitsOf'] {
  if (method !== 'mxfp4' || !dimensions.moe) return bitsOf
  return (group) => (group.kind === 'experts' ? bitsOf(group) : 16)
}

/** The scheme of a format, with the groups that the config states. */
function ownScheme(format: WeightFormat, { method, scales = {} }: Quantisation): WeightScheme {
  const name = schemeName(format.precision)
  const usual: WeightScheme =
    SCHEMES[method === 'bitsandbytes' && name === 'nf4' && !scales.doubleQuantised ? 'fp4' : name]
  if (name === 'mxfp4' || name === 'nvfp4' || method === 'bitsandbytes') return { ...usual, bits: format.bits }
  if (name === 'fp8') return usual
  const groupSize = scales.groupSize ?? (INTEGERS_IN_GROUPS.has(method) ? 128 : (usual.groupSize ?? 'row'))
  // GPTQ, AWQ and AutoRound store zero points even where they are all the same.
  const zeros = scales.zeroPoints === true || INTEGERS_IN_GROUPS.has(method) ? format.bits : 0
  return { ...usual, bits: format.bits, groupSize, groupBits: 16 + zeros }
}

const INTEGERS_IN_GROUPS: ReadonlySet<string> = new Set(['gptq', 'awq', 'auto-round', 'intel/auto-round'])

/** The name of a precision that the storage is closest to. */
function nameOf(format: WeightFormat, { method, scales }: Quantisation): SchemeName {
  const name = schemeName(format.precision)
  return method === 'bitsandbytes' && name === 'nf4' && scales?.doubleQuantised === false ? 'fp4' : name
}

function schemeName(precision: string): SchemeName {
  if (isSchemeName(precision)) return precision
  if (precision.startsWith('float8')) return 'fp8'
  return precision === 'int16' ? 'float16' : 'int8'
}

/** Averages over the modules of a group, which a config may name one by one. Experts of a layer are alike. */
function averageOver({ path }: WeightGroup, bitsOf: (module: string) => number): number {
  const layers = path.find((step): step is readonly number[] => typeof step !== 'string') ?? [0]
  const bits = layers.map((layer) => bitsOf(moduleNameAt(path, layer)))
  return bits.reduce((sum, one) => sum + one, 0) / bits.length
}

/** The name of a module: the layer at the first list, and the first of every list below it. */
function moduleNameAt(path: WeightGroup['path'], layer: number): string {
  let isInLayer = false
  const steps = path.map((step) => {
    if (typeof step === 'string') return step
    const index = isInLayer ? (step[0] ?? 0) : layer
    isInLayer = true
    return String(index)
  })
  return steps.join('.')
}

/** The dtype that the config states for weights that are not quantised. */
function declaredDtype({ config }: Architecture): Dtype | undefined {
  const text = config?.['text_config']
  const nested: Readonly<Record<string, unknown>> = typeof text === 'object' && text !== null ? { ...text } : {}
  const stated = config?.['dtype'] ?? config?.['torch_dtype'] ?? nested['dtype'] ?? nested['torch_dtype']
  if (typeof stated !== 'string') return undefined
  const name = stated.replace(/^torch\./, '')
  return DTYPES[name]
}

const DTYPES: Readonly<Record<string, Dtype>> = {
  bfloat16: 'bfloat16',
  bf16: 'bfloat16',
  float16: 'float16',
  fp16: 'float16',
  half: 'float16',
  float32: 'float32',
  fp32: 'float32',
  float: 'float32',
}

/** A precision of a `ModelSpec`, if weights can be stored in it. */
function precisionOfSpec(spec: StorageSources['spec']): WeightPrecision | undefined {
  const precision = spec?.precision
  if (!precision) return undefined
  if (isSchemeName(precision)) return precision
  if (precision.startsWith('float8')) return 'fp8'
  return DTYPES[precision] ?? (precision === 'uint8' ? 'int8' : undefined)
}
