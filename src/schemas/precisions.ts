/**
 * The known values of `ModelSpec.precision`. The field is free text, but tools that compute sizes from it know only these names.
 */
export const PRECISIONS: readonly string[] = [
  ...['float64', 'float32', 'float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2'],
  ...['int64', 'int32', 'int16', 'int8', 'int4', 'uint8', 'uint4'],
  ...['fp32', 'fp16', 'fp8', 'fp4', 'bf16', 'nf4', 'nvfp4', 'mxfp4'],
]
