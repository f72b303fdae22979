import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** Adapter names are unique in a workspace. */
export const duplicateAdapter: Rule = {
  code: 'duplicate-adapter',
  severity: 'warning',
  description: 'Two adapters in one workspace have the same name.',
  *check({ nodes }) {
    for (const node of nodes('ModelEntity')) {
      const seen = new Map<string, number>()
      for (const [index, { name, workspace }] of (node.value.adapters ?? []).entries()) {
        const id = `${workspace}/${name}`
        const first = seen.get(id)
        if (first === undefined) seen.set(id, index)
        else {
          yield {
            node,
            loc: ['adapters', index, 'name'],
            message: `the adapter ${quoted(id)} is already listed at index ${first}`,
            help: 'adapter names are unique in a workspace: rename one, or remove the duplicate',
          }
        }
      }
    }
  },
}
