import type { Shape } from '../architecture/index.js'
import { STORED_TYPES } from './gguf-types.js'
import type { QuantisationSummary } from './quantisation/quantisation-summary.js'

/** A tensor of a GGUF file, with its dimensions in the order of torch. */
export interface GgufTensor {
  readonly shape: Shape
  readonly dtype: number
}

/** How most weights of a GGUF file are stored. */
export interface MostType {
  readonly precision: string
  readonly isQuantised: boolean
  readonly quantisation: QuantisationSummary
  readonly notes: readonly string[]
}

/** Where the data of each tensor starts. Types that are not known have their size between two offsets. */
interface GgufOffset {
  readonly shape: readonly (bigint | number)[]
  readonly dtype: number
  readonly offset?: bigint
}

/** Finds the type of most weights, and its `ModelSpec.precision`. */
export function mostType(tensors: ReadonlyMap<string, GgufTensor>, offsets: readonly GgufOffset[]): MostType {
  const elements = new Map<number, number>()
  for (const { shape, dtype } of tensors.values()) {
    elements.set(dtype, (elements.get(dtype) ?? 0) + shape.reduce((product, size) => product * size, 1))
  }
  const [[dtype, parameters] = [0, 0]] = [...elements].sort(([, a], [, b]) => b - a)
  const known = STORED_TYPES[dtype]
  if (known === undefined) return unknownType(dtype, parameters, offsets)
  const { name, precision, bits } = known
  return {
    precision,
    isQuantised: !FULL_PRECISION.test(name),
    quantisation: { method: name, bits, parameters },
    notes: precision.startsWith('int') ? [`most weights are stored as ${name}; precision is ${precision}`] : [],
  }
}

/** Bytes of all weights as the file stores them, each in its own type; `undefined` if a type is not known. */
export function ggufBytes(tensors: readonly GgufOffset[]): number | undefined {
  let bits = 0
  for (const { shape, dtype } of tensors) {
    const known = STORED_TYPES[dtype]
    if (known === undefined) return undefined
    bits += known.bits * shape.reduce<number>((product, size) => product * Number(size), 1)
  }
  return Math.ceil(bits / 8)
}

/** The types of weights that are not quantised. */
const FULL_PRECISION = /^(?:BF16|F\d+)$/

function unknownType(dtype: number, parameters: number, offsets: readonly GgufOffset[]): MostType {
  const bits = bitsBetweenOffsets(dtype, offsets)
  const precision = bits === undefined || bits < 5 ? 'int4' : bits < 10 ? 'int8' : 'float16'
  const size = bits === undefined ? 'of unknown size' : `of ${Number(bits.toFixed(2))} bits`
  return {
    precision,
    isQuantised: true,
    quantisation: { method: `type ${dtype}`, ...(bits !== undefined && { bits }), parameters },
    notes: [
      `most weights are stored as type ${dtype}, which is not known, ${size}: precision ${precision} is the nearest name`,
    ],
  }
}

/** The bits of one weight of a type, from its largest tensor and the start of the next one. */
function bitsBetweenOffsets(dtype: number, offsets: readonly GgufOffset[]): number | undefined {
  const starts = offsets.flatMap(({ offset }) => offset ?? []).sort((a, b) => (a < b ? -1 : 1))
  const nextOf = new Map(starts.map((start, index) => [start, starts[index + 1]]))
  let largest = { elements: 0, bytes: 0 }
  for (const { dtype: type, offset, shape } of offsets) {
    const next = type === dtype && offset !== undefined ? nextOf.get(offset) : undefined
    if (offset === undefined || next === undefined) continue
    const elements = shape.reduce<number>((product, size) => product * Number(size), 1)
    if (elements > largest.elements) largest = { elements, bytes: Number(next - offset) }
  }
  return largest.elements > 0 ? (8 * largest.bytes) / largest.elements : undefined
}
