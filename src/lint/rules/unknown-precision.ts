import { PRECISIONS } from '../../schemas/precisions.js'
import type { Rule } from '../rule.js'
import { nearest, quoted } from '../text.js'

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
