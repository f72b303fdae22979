/** Formats from the short texts and numbers that configs use for them. */
import type { ConfigObject } from '../../architecture/index.js'
import { numberIn } from '../json-object.js'
import { FORMATS, integers, type WeightFormat } from './weight-format.js'

/** The bits that a config of any method states, under one of the usual names. */
export function integerFormat(config: ConfigObject | undefined): WeightFormat | undefined {
  const bits = BIT_NAMES.map((name) => numberIn(config, name)).find((value) => value !== undefined)
  return bits !== undefined && bits > 0 && bits <= 16 ? integers(bits) : undefined
}

const BIT_NAMES = ['bits', 'w_bit', 'nbits', 'num_bits', 'weight_bits', 'wbits']

/** The format for a short name: `int8`, `qint4`, `uint4`, `float8_e4m3fn`, `fp8_e5m2`, `NVFP4_AWQ`, `W4A16`. */
export function namedFormat(name: string | undefined): WeightFormat | undefined {
  const row = NAMES.find(([pattern]) => pattern.test(name ?? ''))
  if (row) return row[1]
  const bits = /(?:int|^w)(\d+)/i.exec(name ?? '')?.[1]
  return bits === undefined ? undefined : integers(Number(bits))
}

const NAMES: readonly (readonly [RegExp, WeightFormat])[] = [
  [/nvfp4/i, FORMATS.nvfp4],
  [/mx_?fp4/i, FORMATS.mxfp4],
  [/mx_?fp6|^fp6/i, FORMATS.mxfp6],
  [/mx_?fp8/i, FORMATS.float8],
  [/int4_?weight|^w4a/i, integers(4)],
  [/e5m2/i, FORMATS.float8_e5m2],
  [/fp8|float8/i, FORMATS.float8],
  [/^nf4/i, FORMATS.nf4],
  [/^fp4/i, FORMATS.fp4],
]
