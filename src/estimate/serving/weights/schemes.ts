import type { WeightGroup, WeightKind } from './weight-groups.js'

/** How one scheme stores the elements that it quantises. */
export interface WeightScheme {
  /** Bits of one element, without scales. */
  readonly bits: number
  /** Bits that each group of elements along a row stores beside them: scales, zero points. Default: none. */
  readonly groupBits?: number
  /** Elements in a group: a number, or all of a row. Default: one group for the whole tensor, which is negligible. */
  readonly groupSize?: number | 'row'
  /** What it quantises. Everything else keeps 16 bits. */
  readonly kinds: ReadonlySet<WeightKind>
}

/** Scales of a row in float32: int8 as in LLM.int8() (Dettmers et al. 2022, arXiv:2208.07339) and W8A8. */
const ROW = { groupSize: 'row', groupBits: 32 } as const

/** What engines quantise: the linear layers of decoder layers, and the experts. */
const MATRICES: ReadonlySet<WeightKind> = new Set(['matrix', 'experts'])

/** bitsandbytes replaces every `nn.Linear` except the output embedding, those of encoders of images too. */
const LINEAR_LAYERS: ReadonlySet<WeightKind> = new Set(['matrix', 'experts', 'tower', 'router'])

/** A plain dtype stores every parameter. */
const EVERYTHING: ReadonlySet<WeightKind> = new Set([
  'matrix',
  'experts',
  'router',
  'embedding',
  'head',
  'tower',
  'other',
])

/** Every scheme except those of GGUF, by name. Sources beside each. */
export const SCHEMES = {
  float32: { bits: 32, kinds: EVERYTHING },
  bfloat16: { bits: 16, kinds: EVERYTHING },
  float16: { bits: 16, kinds: EVERYTHING },
  /** One scale for each tensor, row, or block of 128 × 128 (DeepSeek-V3): at most 0.03 bits for each element. */
  fp8: { bits: 8, ...ROW, kinds: MATRICES },
  int8: { bits: 8, ...ROW, kinds: MATRICES },
  /** A float16 scale and four bits of zero point for each 128 weights (Frantar et al. 2022, arXiv:2210.17323; AWQ too). */
  int4: { bits: 4, groupSize: 128, groupBits: 16 + 4, kinds: MATRICES },
  /** GPTQ stores groups in eight bits as well; four bits are as in `int4`. */
  'gptq-int8': { bits: 8, groupSize: 128, groupBits: 16 + 8, kinds: MATRICES },
  'gptq-int4': { bits: 4, groupSize: 128, groupBits: 16 + 4, kinds: MATRICES },
  /** Eight bits for each 64 weights, and a float32 for each 256 of those (Dettmers et al. 2023, arXiv:2305.14314). */
  nf4: { bits: 4, groupSize: 64, groupBits: 8 + 32 / 256, kinds: LINEAR_LAYERS },
  /** bitsandbytes without double quantisation: a float32 for each 64 weights. */
  fp4: { bits: 4, groupSize: 64, groupBits: 32, kinds: LINEAR_LAYERS },
  /** An eight-bit exponent for each 32 weights (OCP Microscaling Formats 1.0). */
  mxfp4: { bits: 4, groupSize: 32, groupBits: 8, kinds: MATRICES },
  /** A float8 scale for each 16 weights, and one float32 for the tensor (NVIDIA ModelOpt). */
  nvfp4: { bits: 4, groupSize: 16, groupBits: 8, kinds: MATRICES },
} as const satisfies Record<string, WeightScheme>

/** The name of a scheme in {@link SCHEMES}. */
export type SchemeName = keyof typeof SCHEMES

/** Whether a name is that of a scheme. */
export function isSchemeName(name: string): name is SchemeName {
  return Object.hasOwn(SCHEMES, name)
}

/** Bits of one element of a group in a scheme, with its share of the scales. */
export function bitsIn(scheme: WeightScheme, { rowSize }: Pick<WeightGroup, 'rowSize'>): number {
  const { bits, groupBits = 0, groupSize } = scheme
  if (groupSize === undefined || rowSize < 1) return bits
  const groups = groupSize === 'row' ? 1 : Math.ceil(rowSize / groupSize)
  return bits + (groupBits * groups) / rowSize
}
