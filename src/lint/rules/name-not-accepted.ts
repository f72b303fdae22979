import { parseModelNameSegment } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** The route validates a name by one pattern, and the store behind it by another, narrower one. */
export const nameNotAccepted: Rule = {
  code: 'name-not-accepted',
  severity: 'warning',
  description: 'A name that passes validation, and that the service refuses all the same when the model is created.',
  *check({ parts }) {
    for (const part of parts('CreateModelEntityRequest')) {
      const result = parseModelNameSegment(part.value.name)
      if (result.ok) continue
      yield {
        part,
        loc: ['name'],
        message: `the service does not create a model named ${quoted(part.value.name)}: ${result.error.message}`,
        help: 'use 2 to 63 of a-z 0-9 - @ . + _, a letter first, no "--" and no "-" at the end',
      }
    }
  },
}
