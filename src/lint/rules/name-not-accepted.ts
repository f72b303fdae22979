import { parseModelNameSegment } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** The route checks a name against one pattern. The store behind it uses a stricter one. */
export const nameNotAccepted: Rule = {
  code: 'name-not-accepted',
  severity: 'warning',
  description: 'A name passes validation, but the service refuses to create a model with it.',
  *check({ nodes }) {
    for (const node of nodes('CreateModelEntityRequest')) {
      const result = parseModelNameSegment(node.value.name)
      if (result.ok) continue
      yield {
        node,
        loc: ['name'],
        message: `the service refuses to create a model named ${quoted(node.value.name)}: ${result.error.message}`,
        help: 'use 2 to 63 of a-z 0-9 - @ . + _, starting with a letter, no "--" and no "-" at the end',
      }
    }
  },
}
