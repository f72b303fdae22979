import { parseModelNameSegment } from '../../references/index.js'
import { models } from '../document.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** Names may be longer, shorter and in capitals; references may not. */
export const unreachableName: Rule = {
  code: 'unreachable-name',
  severity: 'info',
  description: 'A name that no model reference can spell, so that no adapter and no other model can refer to this one.',
  *check(document) {
    for (const part of models(document)) {
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
