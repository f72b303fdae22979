/**
 * The types of ggml, by number. There is no precision for blocks of 2, 3, 5 or 6 bits, so the next larger integer is used.
 * Source: `enum ggml_type` of ggml.
 */
export const STORED_TYPES: Readonly<Record<number, StoredType>> = {
  0: { name: 'F32', precision: 'float32' },
  1: { name: 'F16', precision: 'float16' },
  2: { name: 'Q4_0', precision: 'int4' },
  3: { name: 'Q4_1', precision: 'int4' },
  6: { name: 'Q5_0', precision: 'int8' },
  7: { name: 'Q5_1', precision: 'int8' },
  8: { name: 'Q8_0', precision: 'int8' },
  9: { name: 'Q8_1', precision: 'int8' },
  10: { name: 'Q2_K', precision: 'int4' },
  11: { name: 'Q3_K', precision: 'int4' },
  12: { name: 'Q4_K', precision: 'int4' },
  13: { name: 'Q5_K', precision: 'int8' },
  14: { name: 'Q6_K', precision: 'int8' },
  15: { name: 'Q8_K', precision: 'int8' },
  16: { name: 'IQ2_XXS', precision: 'int4' },
  17: { name: 'IQ2_XS', precision: 'int4' },
  18: { name: 'IQ3_XXS', precision: 'int4' },
  19: { name: 'IQ1_S', precision: 'int4' },
  20: { name: 'IQ4_NL', precision: 'int4' },
  21: { name: 'IQ3_S', precision: 'int4' },
  22: { name: 'IQ2_S', precision: 'int4' },
  23: { name: 'IQ4_XS', precision: 'int4' },
  24: { name: 'I8', precision: 'int8' },
  25: { name: 'I16', precision: 'int16' },
  26: { name: 'I32', precision: 'int32' },
  27: { name: 'I64', precision: 'int64' },
  28: { name: 'F64', precision: 'float64' },
  29: { name: 'IQ1_M', precision: 'int4' },
  30: { name: 'BF16', precision: 'bfloat16' },
  34: { name: 'TQ1_0', precision: 'int4' },
  35: { name: 'TQ2_0', precision: 'int4' },
  39: { name: 'MXFP4', precision: 'mxfp4' },
  40: { name: 'NVFP4', precision: 'nvfp4' },
}

/** A type of ggml, and its `ModelSpec.precision`. */
export interface StoredType {
  readonly name: string
  readonly precision: string
}
