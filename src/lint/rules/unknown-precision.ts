import { PRECISIONS } from '../../schemas/precisions.js'
import type { Rule } from '../rule.js'
import { nearest, quoted } from '../text.js'

/** The field is free text, but tools that compute sizes from it know only these names. */
export const unknownPrecision: Rule = {
  code: 'unknown-precision',
  severity: 'info',
  description: 'The precision is not a known one.',
  *check({ nodes }) {
    const known: ReadonlySet<string> = new Set(PRECISIONS)
    for (const node of nodes('ModelSpec')) {
      const { precision } = node.value
      if (known.has(precision)) continue
      const near = nearest(precision, PRECISIONS)
      yield {
        node,
        loc: ['precision'],
        message: `${quoted(precision)} is not a known precision`,
        help: near === undefined ? `use one of ${PRECISIONS.join(', ')}` : `did you mean ${quoted(near)}?`,
      }
    }
  },
}
