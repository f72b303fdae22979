import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** LoRA estimates count each entry of the list, so a repeat counts twice. */
export const duplicateLinearLayer: Rule = {
  code: 'duplicate-linear-layer',
  severity: 'warning',
  description: 'A linear layer has the name of an earlier one.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const seen = new Map<string, number>()
      for (const [index, { name }] of (part.value.linear_layers ?? []).entries()) {
        const first = seen.get(name)
        if (first === undefined) seen.set(name, index)
        else {
          yield {
            part,
            loc: ['linear_layers', index, 'name'],
            message: `the linear layer ${quoted(name)} stands already at index ${first}`,
            help: 'name each linear layer once: remove the repeat, or correct its name',
          }
        }
      }
    }
  },
}
