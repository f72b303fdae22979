/** The format of a quantised weight, from a config or from the tensors that store it. */
export interface WeightFormat {
  /** Bits of one element, without scales; an average if it is a fraction (`exl2`: 4.65). */
  readonly bits: number
  /** Its name in `ModelSpec.precision`. */
  readonly precision: string
  /** Whether several elements share one stored integer, if the storage alone does not show it. */
  readonly packed?: boolean
}

/** Integers with the given number of bits. `ModelSpec.precision` has names for 4, 8 and 16 bits; other numbers are rounded up. */
export function integers(bits: number): WeightFormat {
  return { bits, precision: bits <= 4 ? 'int4' : bits <= 8 ? 'int8' : 'int16' }
}

/** The formats that are not plain integers. */
export const FORMATS = {
  nf4: { bits: 4, precision: 'nf4' },
  fp4: { bits: 4, precision: 'fp4' },
  nvfp4: { bits: 4, precision: 'nvfp4' },
  mxfp4: { bits: 4, precision: 'mxfp4' },
  mxfp6: { bits: 6, precision: 'fp8' },
  float8: { bits: 8, precision: 'float8_e4m3fn' },
  float8_e5m2: { bits: 8, precision: 'float8_e5m2' },
} as const satisfies Record<string, WeightFormat>

/** Whether the precision names another number of bits than the weights have: 3-bit weights are called `int4`. */
export function isRounded({ bits, precision }: WeightFormat): boolean {
  const named = /(\d+)$/.exec(precision.replace(/_e\dm\d(?:fn)?$/, ''))?.[1]
  return named !== undefined && Number(named) !== bits
}
