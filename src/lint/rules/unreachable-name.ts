import { parseModelNameSegment } from '../../references/index.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** Names of entities may be longer, shorter and in capitals; references may not. A request with such a name is refused. */
export const unreachableName: Rule = {
  code: 'unreachable-name',
  severity: 'info',
  description:
    'A name of an entity that no model reference can spell, so that no adapter and no other model can refer to this one.',
  *check({ parts }) {
    for (const part of parts('ModelEntity')) {
      const result = parseModelNameSegment(part.value.name)
      if (result.ok) continue
      yield {
        part,
        loc: ['name'],
        message: `no model reference can name ${quoted(part.value.name)}: ${result.error.message}`,
        help: 'use 2 to 63 of a-z 0-9 - @ . + _, a letter first, no "--" and no "-" at the end',
      }
    }
  },
}
