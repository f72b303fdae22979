/**
 * The dtypes of safetensors headers, with the bits of one element.
 *
 * Source: the `Dtype` list of the safetensors format, versions 0.3 to 0.7 (huggingface/safetensors, `tensor.rs`).
 */
export const DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const satisfies Record<string, number>

/** A dtype of a safetensors header: `BF16`, `F8_E4M3`, `I32`. */
export type Dtype = keyof typeof DTYPE_BITS

/** Whether a value is a dtype of a safetensors header. */
export function isDtype(text: unknown): text is Dtype {
  return typeof text === 'string' && Object.hasOwn(DTYPE_BITS, text)
}

/** The `ModelSpec.precision` for each dtype that weights may have. A dtype that is not listed has no precision. */
export const PRECISION_OF_DTYPE: Readonly<Partial<Record<Dtype, string>>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8_e4m3fn',
  F8_E5M2: 'float8_e5m2',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
}
