import { parseModelNameSegment } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** Entity names allow more than references do: capitals, one character, 255 characters. */
export const unreachableName: Rule = {
  code: 'unreachable-name',
  severity: 'info',
  description:
    'The name of an entity is not valid in a model reference, so adapters and other models cannot refer to it.',
  *check({ nodes }) {
    for (const node of nodes('ModelEntity')) {
      const result = parseModelNameSegment(node.value.name)
      if (result.ok) continue
      yield {
        node,
        loc: ['name'],
        message: `a model reference cannot contain the name ${quoted(node.value.name)}: ${result.error.message}`,
        help: 'use 2 to 63 of a-z 0-9 - @ . + _, starting with a letter, no "--" and no "-" at the end',
      }
    }
  },
}
