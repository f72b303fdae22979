import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** LoRA estimates count each entry in the list, so a duplicate counts twice. */
export const duplicateLinearLayer: Rule = {
  code: 'duplicate-linear-layer',
  severity: 'warning',
  description: 'Two linear layers have the same name.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const seen = new Map<string, number>()
      for (const [index, { name }] of (node.value.linear_layers ?? []).entries()) {
        const first = seen.get(name)
        if (first === undefined) seen.set(name, index)
        else {
          yield {
            node,
            loc: ['linear_layers', index, 'name'],
            message: `the linear layer ${quoted(name)} is already listed at index ${first}`,
            help: 'list each linear layer once: remove the duplicate, or correct its name',
          }
        }
      }
    }
  },
}
