import type { Part } from '../parts.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'
import { isBefore } from '../timestamp.js'

/** Usually one of the two lacks its time zone. */
export const updatedBeforeCreated: Rule = {
  code: 'updated-before-created',
  severity: 'warning',
  description: '`updated_at` is before `created_at`.',
  *check({ parts }) {
    const stamped: readonly Part<'ModelEntity' | 'Adapter'>[] = [...parts('ModelEntity'), ...parts('Adapter')]
    for (const part of stamped) {
      const { created_at: created, updated_at: updated } = part.value
      if (!created || !updated || !isBefore(updated, created)) continue
      yield {
        part,
        loc: ['updated_at'],
        message: `"updated_at" ${quoted(updated)} is before "created_at" ${quoted(created)}`,
        help: 'correct one of them; a time without a zone is UTC',
      }
    }
  },
}
