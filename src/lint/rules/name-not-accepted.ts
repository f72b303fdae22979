import { parseModelNameSegment } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** The route checks a name against one pattern. The store behind it uses a stricter one. */
export const nameNotAccepted: Rule = {
  code: 'name-not-accepted',
  severity: 'warning',
  description: 'A name passes validation, but the service refuses to create a model with it.',
  *check({ parts }) {
    for (const part of parts('CreateModelEntityRequest')) {
      const result = parseModelNameSegment(part.value.name)
      if (result.ok) continue
      yield {
        part,
        loc: ['name'],
        message: `the service refuses to create a model named ${quoted(part.value.name)}: ${result.error.message}`,
        help: 'use 2 to 63 of a-z 0-9 - @ . + _, starting with a letter, no "--" and no "-" at the end',
      }
    }
  },
}
