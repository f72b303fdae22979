import type { DocumentNode } from '../document-nodes.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'
import { isBefore } from '../timestamp.js'

/** Usually one of the two lacks its time zone. */
export const updatedBeforeCreated: Rule = {
  code: 'updated-before-created',
  severity: 'warning',
  description: '`updated_at` is before `created_at`.',
  *check({ nodes }) {
    const stamped: readonly DocumentNode<'ModelEntity' | 'Adapter'>[] = [...nodes('ModelEntity'), ...nodes('Adapter')]
    for (const node of stamped) {
      const { created_at: created, updated_at: updated } = node.value
      if (!created || !updated || !isBefore(updated, created)) continue
      yield {
        node,
        loc: ['updated_at'],
        message: `"updated_at" ${quoted(updated)} is before "created_at" ${quoted(created)}`,
        help: 'correct one of them; a time without a zone is UTC',
      }
    }
  },
}
