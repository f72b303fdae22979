import { describe, expect, it } from 'vitest'
import { mostType } from '../../src/checkpoint/gguf-storage.js'

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
      { dtype: UNKNOWN, shape: [100n, 10n], offset: 2000n },
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
