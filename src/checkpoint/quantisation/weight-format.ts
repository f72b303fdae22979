/** How one weight is stored in fewer bits, as a config or a tensor's storage tells it. */
export interface WeightFormat {
  /** Bits of one element, scales not counted; a fraction where codes are shared (`exl2`: 4.65). */
  readonly bits: number
  /** What `ModelSpec.precision` calls it. */
  readonly precision: string
  /** Whether several elements share one stored integer, where the storage alone cannot tell. */
  readonly packed?: boolean
}

/** Integers of so many bits. `ModelSpec.precision` has words for 4, 8 and 16 bits: the next that holds them stands for others. */
export function integers(bits: number): WeightFormat {
  return { bits, precision: bits <= 4 ? 'int4' : bits <= 8 ? 'int8' : 'int16' }
}

/** The formats that are no plain integers. */
export const FORMATS = {
  nf4: { bits: 4, precision: 'nf4' },
  fp4: { bits: 4, precision: 'fp4' },
  nvfp4: { bits: 4, precision: 'nvfp4' },
  mxfp4: { bits: 4, precision: 'mxfp4' },
  mxfp6: { bits: 6, precision: 'fp8' },
  float8: { bits: 8, precision: 'float8_e4m3fn' },
  float8_e5m2: { bits: 8, precision: 'float8_e5m2' },
} as const satisfies Record<string, WeightFormat>

/** Whether a precision names a format of other bits: 3-bit weights are said to be `int4`. */
export function isRounded({ bits, precision }: WeightFormat): boolean {
  const named = /(\d+)$/.exec(precision.replace(/_e\dm\d(?:fn)?$/, ''))?.[1]
  return named !== undefined && Number(named) !== bits
}
