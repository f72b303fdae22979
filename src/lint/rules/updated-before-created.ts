import type { Part } from '../parts.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'
import { isBefore } from '../timestamp.js'

/** Mostly a time zone that one of the two lacks. */
export const updatedBeforeCreated: Rule = {
  code: 'updated-before-created',
  severity: 'warning',
  description: 'An entity or an adapter was updated before it was created.',
  *check({ parts }) {
    const stamped: readonly Part<'ModelEntity' | 'Adapter'>[] = [...parts('ModelEntity'), ...parts('Adapter')]
    for (const part of stamped) {
      const { created_at: created, updated_at: updated } = part.value
      if (!created || !updated || !isBefore(updated, created)) continue
      yield {
        part,
        loc: ['updated_at'],
        message: `updated at ${quoted(updated)}, before it was created at ${quoted(created)}`,
        help: 'correct one of the two; a time without a zone is UTC',
      }
    }
  },
}
