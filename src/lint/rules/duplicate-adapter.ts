import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** The name of an adapter is unique in its workspace. */
export const duplicateAdapter: Rule = {
  code: 'duplicate-adapter',
  severity: 'warning',
  description: 'An adapter has the name of an earlier one in the same workspace.',
  *check({ parts }) {
    for (const part of parts('ModelEntity')) {
      const seen = new Map<string, number>()
      for (const [index, { name, workspace }] of (part.value.adapters ?? []).entries()) {
        const id = `${workspace}/${name}`
        const first = seen.get(id)
        if (first === undefined) seen.set(id, index)
        else {
          yield {
            part,
            loc: ['adapters', index, 'name'],
            message: `the adapter ${quoted(id)} stands already at index ${first}`,
            help: 'a name is unique among the adapters of a workspace: rename one, or remove the repeat',
          }
        }
      }
    }
  },
}
