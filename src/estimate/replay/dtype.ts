/** The dtypes of a training step, with the bytes of one element. */
export const DTYPE_BYTES = {
  float32: 4,
  bfloat16: 2,
  float16: 2,
  int64: 8,
  int32: 4,
  bool: 1,
  int8: 1,
  uint8: 1,
} as const

/** A dtype that a training step computes in. */
export type ComputeDtype = keyof typeof DTYPE_BYTES
