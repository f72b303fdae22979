/**
 * The types of ggml, by number. There is no precision for blocks of 2, 3, 5 or 6 bits, so the next larger integer is used.
 * Source: `enum ggml_type` of ggml; bits are those of `GGML_QUANT_SIZES` in gguf 0.19, with the scales of a block.
 */
export const STORED_TYPES: Readonly<Record<number, StoredType>> = {
  0: { name: 'F32', precision: 'float32', bits: 32 },
  1: { name: 'F16', precision: 'float16', bits: 16 },
  2: { name: 'Q4_0', precision: 'int4', bits: 4.5 },
  3: { name: 'Q4_1', precision: 'int4', bits: 5 },
  6: { name: 'Q5_0', precision: 'int8', bits: 5.5 },
  7: { name: 'Q5_1', precision: 'int8', bits: 6 },
  8: { name: 'Q8_0', precision: 'int8', bits: 8.5 },
  9: { name: 'Q8_1', precision: 'int8', bits: 10 },
  10: { name: 'Q2_K', precision: 'int4', bits: 2.625 },
  11: { name: 'Q3_K', precision: 'int4', bits: 3.4375 },
  12: { name: 'Q4_K', precision: 'int4', bits: 4.5 },
  13: { name: 'Q5_K', precision: 'int8', bits: 5.5 },
  14: { name: 'Q6_K', precision: 'int8', bits: 6.5625 },
  15: { name: 'Q8_K', precision: 'int8', bits: 9.125 },
  16: { name: 'IQ2_XXS', precision: 'int4', bits: 2.0625 },
  17: { name: 'IQ2_XS', precision: 'int4', bits: 2.3125 },
  18: { name: 'IQ3_XXS', precision: 'int4', bits: 3.0625 },
  19: { name: 'IQ1_S', precision: 'int4', bits: 1.5625 },
  20: { name: 'IQ4_NL', precision: 'int4', bits: 4.5 },
  21: { name: 'IQ3_S', precision: 'int4', bits: 3.4375 },
  22: { name: 'IQ2_S', precision: 'int4', bits: 2.5625 },
  23: { name: 'IQ4_XS', precision: 'int4', bits: 4.25 },
  24: { name: 'I8', precision: 'int8', bits: 8 },
  25: { name: 'I16', precision: 'int16', bits: 16 },
  26: { name: 'I32', precision: 'int32', bits: 32 },
  27: { name: 'I64', precision: 'int64', bits: 64 },
  28: { name: 'F64', precision: 'float64', bits: 64 },
  29: { name: 'IQ1_M', precision: 'int4', bits: 1.75 },
  30: { name: 'BF16', precision: 'bfloat16', bits: 16 },
  // Blocks rearranged for ARM, which llama.cpp wrote in 2024 and reads no more.
  31: { name: 'Q4_0_4_4', precision: 'int4', bits: 4.5 },
  32: { name: 'Q4_0_4_8', precision: 'int4', bits: 4.5 },
  33: { name: 'Q4_0_8_8', precision: 'int4', bits: 4.5 },
  34: { name: 'TQ1_0', precision: 'int4', bits: 1.6875 },
  35: { name: 'TQ2_0', precision: 'int4', bits: 2.0625 },
  36: { name: 'IQ4_NL_4_4', precision: 'int4', bits: 4.5 },
  37: { name: 'IQ4_NL_4_8', precision: 'int4', bits: 4.5 },
  38: { name: 'IQ4_NL_8_8', precision: 'int4', bits: 4.5 },
  39: { name: 'MXFP4', precision: 'mxfp4', bits: 4.25 },
  40: { name: 'NVFP4', precision: 'nvfp4', bits: 4.5 },
  41: { name: 'Q1_0', precision: 'int4', bits: 1.125 },
}

/** A type of ggml, and its `ModelSpec.precision`. */
export interface StoredType {
  readonly name: string
  readonly precision: string
  /** Bits of one weight, with its share of the scales of its block. */
  readonly bits: number
}
