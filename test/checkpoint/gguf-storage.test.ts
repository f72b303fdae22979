import { describe, expect, it } from 'vitest'
import { ggufBytes, mostType } from '../../src/checkpoint/gguf-storage.js'
import { GGML } from './ggml.js'

/** The numbers of ggml's types: `enum ggml_type` in ggml.h. */
const [F32, F16, Q4_K, Q8_0, BF16, UNKNOWN] = [0, 1, 12, 8, 30, 999] as const

const tensorsOf = (...rows: (readonly [dtype: number, shape: readonly number[]])[]) =>
  new Map(rows.map(([dtype, shape], index) => [`t${index}`, { dtype, shape }]))

describe('the type of most weights of a GGUF file', () => {
  it('is the one with the most elements, not the most tensors', () => {
    const tensors = tensorsOf([F32, [4]], [Q4_K, [2, 256]], [F32, [8]], [Q8_0, [128]], [Q4_K, [256]])
    expect(mostType(tensors, [])).toStrictEqual({
      precision: 'int4',
      isQuantised: true,
      // 144 bytes for 256 weights.
      quantisation: { method: 'Q4_K', bits: 4.5, parameters: 768 },
      notes: ['most weights are stored as Q4_K; precision is int4'],
    })
  })

  it.each([
    [F32, 'F32', 'float32', 32],
    [F16, 'F16', 'float16', 16],
    [BF16, 'BF16', 'bfloat16', 16],
  ])('is not quantised for type %i, %s', (dtype, method, precision, bits) => {
    expect(mostType(tensorsOf([dtype, [3, 5]]), [])).toStrictEqual({
      precision,
      isQuantised: false,
      quantisation: { method, bits, parameters: 15 },
      notes: [],
    })
  })

  it('has its bits between two offsets if it is not known', () => {
    const offsets = [
      { dtype: F32, shape: [5] },
      { dtype: UNKNOWN, shape: [100n, 10n], offset: 2000n },
      { dtype: F32, shape: [6] },
      { dtype: UNKNOWN, shape: [10], offset: 0n },
      { dtype: F32, shape: [9999], offset: 3250n },
      { dtype: UNKNOWN, shape: [5000] },
      // The last one ends with the file, whose size is not known here.
      { dtype: UNKNOWN, shape: [8000], offset: 9000n },
      { dtype: UNKNOWN, shape: [20], offset: 1000n },
    ]
    const note = (size: string, precision: string) => [
      `most weights are stored as type 999, which is not known, ${size}: precision ${precision} is the nearest name`,
    ]
    expect(mostType(tensorsOf([UNKNOWN, [1030]]), offsets)).toStrictEqual({
      precision: 'float16',
      isQuantised: true,
      quantisation: { method: 'type 999', bits: 10, parameters: 1030 },
      notes: note('of 10 bits', 'float16'),
    })
    const bitsOf = (bytes: bigint) =>
      mostType(tensorsOf([UNKNOWN, [800]]), [
        { dtype: UNKNOWN, shape: [800], offset: 0n },
        { dtype: F32, shape: [1], offset: bytes },
      ])
    expect(bitsOf(499n)).toMatchObject({ precision: 'int4', notes: note('of 4.99 bits', 'int4') })
    expect(bitsOf(500n)).toMatchObject({ precision: 'int8', notes: note('of 5 bits', 'int8') })
    expect(bitsOf(999n)).toMatchObject({ precision: 'int8', notes: note('of 9.99 bits', 'int8') })
    expect(mostType(tensorsOf([UNKNOWN, [4]]), [])).toStrictEqual({
      precision: 'int4',
      isQuantised: true,
      quantisation: { method: 'type 999', parameters: 4 },
      notes: note('of unknown size', 'int4'),
    })
  })

  it('is F32 for a file without tensors', () => {
    expect(mostType(new Map(), [])).toMatchObject({ precision: 'float32', quantisation: { parameters: 0 } })
  })
})

/** Blocks rearranged for ARM, which llama.cpp wrote in 2024: their sizes are those of Q4_0 and IQ4_NL, and gguf-py has them no more. */
const REARRANGED: readonly (readonly [name: string, type: number, weights: number, bytes: number])[] = [
  ['Q4_0_4_4', 31, 32, 18],
  ['Q4_0_4_8', 32, 32, 18],
  ['Q4_0_8_8', 33, 32, 18],
  ['IQ4_NL_4_4', 36, 32, 18],
  ['IQ4_NL_4_8', 37, 32, 18],
  ['IQ4_NL_8_8', 38, 32, 18],
]

const TYPES = [
  ...Object.entries(GGML.types).map(([name, [type, weights, bytes]]) => [name, type, weights, bytes] as const),
  ...REARRANGED,
]

/** The nearest name in `ModelSpec.precision`: that of a float, or the integer with at least the bits in the type's name. */
function precisionOf(name: string): string {
  const named: Readonly<Record<string, string>> = {
    ...{ F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16', MXFP4: 'mxfp4', NVFP4: 'nvfp4' },
    ...{ I8: 'int8', I16: 'int16', I32: 'int32', I64: 'int64' },
  }
  return named[name] ?? (Number(/\d/.exec(name)?.[0]) <= 4 ? 'int4' : 'int8')
}

describe('the types of ggml', () => {
  it.each(TYPES)('%s is type %i, with blocks of %i weights in %i bytes', (name, type, weights, bytes) => {
    const { quantisation, precision, isQuantised } = mostType(tensorsOf([type, [weights]]), [])
    expect([quantisation, precision]).toStrictEqual([
      { method: name, bits: (8 * bytes) / weights, parameters: weights },
      precisionOf(name),
    ])
    expect(isQuantised).toBe(!/^B?F/.test(name))
    expect(ggufBytes([{ dtype: type, shape: [BigInt(weights), 3] }])).toBe(3 * bytes)
  })

  it('have a size together, unless one of them is not known', () => {
    const file = [
      { dtype: F32, shape: [3n] },
      { dtype: Q4_K, shape: [256, 2n] },
      { dtype: F16, shape: [] },
    ]
    expect(ggufBytes(file)).toBe(12 + 288 + 2)
    expect(ggufBytes([])).toBe(0)
    // A block that is not full takes its share, rounded up.
    expect(ggufBytes([{ dtype: Q4_K, shape: [1] }])).toBe(1)
    expect(ggufBytes([...file, { dtype: UNKNOWN, shape: [1] }])).toBeUndefined()
  })
})
