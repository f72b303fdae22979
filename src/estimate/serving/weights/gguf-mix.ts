import type { Architecture } from '../../../architecture/index.js'
import type { WeightGroup } from './weight-groups.js'

/** Bits of one element of ggml's types, with their scales: bytes of a block × 8 / elements of a block (ggml-common.h). */
const TYPE_BITS = {
  F32: 32,
  F16: 16,
  BF16: 16,
  Q8_0: 8.5,
  Q6_K: 6.5625,
  Q5_0: 5.5,
  Q5_1: 6,
  Q5_K: 5.5,
  Q4_0: 4.5,
  Q4_1: 5,
  Q4_K: 4.5,
  Q3_K: 3.4375,
  Q2_K: 2.625,
  IQ4_XS: 4.25,
  IQ4_NL: 4.5,
  MXFP4: 4.25,
} as const

type GgmlType = keyof typeof TYPE_BITS

/** The type of most tensors in each mix that `llama-quantize` writes. */
const MIXES = {
  f16: 'F16',
  bf16: 'BF16',
  q8_0: 'Q8_0',
  q6_k: 'Q6_K',
  q5_k_m: 'Q5_K',
  q5_k_s: 'Q5_K',
  q5_0: 'Q5_0',
  q4_k_m: 'Q4_K',
  q4_k_s: 'Q4_K',
  q4_0: 'Q4_0',
  q3_k_l: 'Q3_K',
  q3_k_m: 'Q3_K',
  q3_k_s: 'Q3_K',
  q2_k: 'Q2_K',
  iq4_xs: 'IQ4_XS',
  iq4_nl: 'IQ4_NL',
  mxfp4_moe: 'MXFP4',
} as const satisfies Record<string, GgmlType>

/** A mix of ggml's types, by the name that GGUF files have in lower case. */
export type GgufMix = keyof typeof MIXES

/** Every {@link GgufMix}. */
export const GGUF_MIXES = Object.keys(MIXES) as readonly GgufMix[]

/** Whether a name is that of a mix. */
export function isGgufMix(name: string): name is GgufMix {
  return Object.hasOwn(MIXES, name)
}

/**
 * Bits of an element of a group in a mix, averaged over its layers. The rules are those of `llama_tensor_get_type_impl` in
 * llama.cpp's `src/llama-quant.cpp` (in llama-cpp-python 0.3.36), without an importance matrix. Norms and biases stay in
 * float32, and so does everything with one dimension.
 */
export function ggufBits(mix: GgufMix, model: Architecture): (group: WeightGroup) => number {
  const { dimensions } = model
  const tied = dimensions.tiedEmbeddings
  const facts: Facts = {
    mix,
    layers: dimensions.layers,
    sharing: dimensions.heads / Math.max(dimensions.kvHeads, 1),
    experts: dimensions.moe?.experts ?? 0,
  }
  const most = MIXES[mix]
  return (group) => {
    if (group.shape.length < 2 || group.kind === 'other') return isPlain(most) && group.shape.length > 1 ? 16 : 32
    if (isPlain(most)) return TYPE_BITS[most]
    if (group.kind === 'router') return 32
    if (group.kind === 'tower') return 16
    // Tied embeddings have the type of the output: `has_tied_embeddings`.
    if (group.kind === 'head' || (group.kind === 'embedding' && tied)) return TYPE_BITS[fitting(outputType(mix), group)]
    if (group.kind === 'embedding') return TYPE_BITS[fitting(mix === 'mxfp4_moe' ? 'Q8_0' : most, group)]
    const layers = group.layers ?? [0]
    const bits = layers.map((layer) => TYPE_BITS[fitting(typeOf(group, layer, facts), group)])
    return bits.reduce((sum, one) => sum + one, 0) / bits.length
  }
}

interface Facts {
  readonly mix: GgufMix
  readonly layers: number
  /** Query heads for each head of keys and values. */
  readonly sharing: number
  readonly experts: number
}

function isPlain(type: GgmlType): type is 'F16' | 'BF16' {
  return type === 'F16' || type === 'BF16'
}

function outputType(mix: GgufMix): GgmlType {
  return mix === 'q8_0' || mix === 'mxfp4_moe' ? 'Q8_0' : 'Q6_K'
}

function typeOf(group: WeightGroup, layer: number, facts: Facts): GgmlType {
  const { mix } = facts
  const most = MIXES[mix]
  if (mix === 'mxfp4_moe') return group.kind === 'experts' ? 'MXFP4' : 'Q8_0'
  const tensor = tensorOf(group)
  const isMixtral = facts.experts === 8
  if (tensor === 'value') {
    if (isMixtral) return 'Q8_0'
    return RULES[mix]?.value?.(layer, facts) ?? most
  }
  if (tensor === 'key' && isMixtral) return 'Q8_0'
  if (tensor === 'output' && isMixtral && FIVE_BITS_FOR_OUTPUT.has(mix)) return 'Q5_K'
  return (tensor && RULES[mix]?.[tensor]?.(layer, facts)) ?? most
}

const FIVE_BITS_FOR_OUTPUT: ReadonlySet<GgufMix> = new Set([
  'q2_k',
  'q3_k_s',
  'q3_k_m',
  'q4_k_s',
  'q4_k_m',
  'iq4_nl',
  'iq4_xs',
])

type Tensor = 'key' | 'value' | 'output' | 'fused' | 'down'

function tensorOf({ moduleName, parameterName, part }: WeightGroup): Tensor | undefined {
  // Latent attention's values come out of `kv_b_proj`, which GGUF files split into keys and values.
  if (/^(?:v_proj|value|v|kv_b_proj)$/.test(moduleName)) return 'value'
  if (/^(?:k_proj|key|k)$/.test(moduleName)) return 'key'
  if (/^(?:qkv_proj|query_key_value|c_attn|Wqkv|wqkv|W_pack)$/.test(moduleName)) return 'fused'
  if (part === 'attention' && /^(?:o_proj|out_proj|dense|c_proj)$/.test(moduleName)) return 'output'
  const name = `${moduleName}.${parameterName}`
  if (part !== 'attention' && /down_proj|\bw2\b|dense_4h_to_h|output_linear|fc2|c_proj/.test(name)) return 'down'
  return undefined
}

type Rule = (layer: number, facts: Facts) => GgmlType

/** Layers at both ends, and every third between them, get more bits. */
function atEnds(more: GgmlType, else_: GgmlType): Rule {
  return (layer, { layers }) => {
    const eighth = Math.trunc(layers / 8)
    const isMore = layer < eighth || layer >= Math.trunc((7 * layers) / 8) || (layer - eighth) % 3 === 2
    return isMore ? more : else_
  }
}

function first(share: (layers: number) => number, more: GgmlType, else_: GgmlType): Rule {
  return (layer, { layers }) => (layer < share(layers) ? more : else_)
}

const anEighth = (layers: number): number => Math.trunc(layers / 8)
const always =
  (type: GgmlType): Rule =>
  () =>
    type
const fiveBitsIfShared: Rule = (_, { sharing }) => (sharing >= 4 ? 'Q5_K' : 'IQ4_XS')

const RULES: Readonly<Partial<Record<GgufMix, Readonly<Partial<Record<Tensor, Rule>>>>>> = {
  q5_k_m: { value: atEnds('Q6_K', 'Q5_K'), down: atEnds('Q6_K', 'Q5_K'), fused: always('Q6_K') },
  q4_k_m: { value: atEnds('Q6_K', 'Q4_K'), down: atEnds('Q6_K', 'Q4_K'), fused: always('Q5_K') },
  q4_k_s: { value: first(() => 4, 'Q5_K', 'Q4_K'), down: first(anEighth, 'Q5_K', 'Q4_K') },
  q3_k_l: { value: always('Q5_K'), down: always('Q5_K'), output: always('Q5_K'), fused: always('Q4_K') },
  q3_k_m: {
    value: first(() => 2, 'Q5_K', 'Q4_K'),
    down: first((layers) => Math.trunc(layers / 16), 'Q5_K', 'Q4_K'),
    output: always('Q4_K'),
    fused: always('Q4_K'),
  },
  q2_k: {
    value: (_, { sharing }) => (sharing >= 4 ? 'Q4_K' : 'Q3_K'),
    down: always('Q3_K'),
    output: always('Q3_K'),
  },
  iq4_xs: { value: fiveBitsIfShared, down: first(anEighth, 'Q5_K', 'IQ4_XS') },
  iq4_nl: { value: (_, { sharing }) => (sharing >= 4 ? 'Q5_K' : 'IQ4_NL'), down: first(anEighth, 'Q5_K', 'IQ4_NL') },
}

/** Rows that are no multiple of 256 get a type with blocks of 32: `tensor_type_fallback`. */
function fitting(type: GgmlType, { rowSize }: WeightGroup): GgmlType {
  if (rowSize % 256 === 0) return type
  return (rowSize % 32 === 0 ? FALLBACKS[type] : undefined) ?? (rowSize % 32 === 0 ? type : 'F16')
}

const FALLBACKS: Readonly<Partial<Record<GgmlType, GgmlType>>> = {
  Q2_K: 'Q4_0',
  Q3_K: 'Q4_0',
  IQ4_XS: 'IQ4_NL',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
}
