import type { Rule } from '../rule.js'
import { nearest, quoted } from '../text.js'

const PRECISIONS = [
  ...['float64', 'float32', 'float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2'],
  ...['int64', 'int32', 'int16', 'int8', 'int4', 'uint8', 'uint4'],
  ...['fp32', 'fp16', 'fp8', 'fp4', 'bf16', 'nf4', 'nvfp4', 'mxfp4'],
] as const

/** The field is free text, but whoever computes bytes from it knows these names only. */
export const unknownPrecision: Rule = {
  code: 'unknown-precision',
  severity: 'info',
  description: 'A precision that is none of the usual ones.',
  *check({ parts }) {
    const known: ReadonlySet<string> = new Set(PRECISIONS)
    for (const part of parts('ModelSpec')) {
      const { precision } = part.value
      if (known.has(precision)) continue
      const near = nearest(precision, PRECISIONS)
      yield {
        part,
        loc: ['precision'],
        message: `${quoted(precision)} is none of the usual precisions`,
        help: near === undefined ? `write one of ${PRECISIONS.join(', ')}` : `did you mean ${quoted(near)}?`,
      }
    }
  },
}
