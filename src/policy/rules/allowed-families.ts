import type { Rule } from '../../lint/index.js'
import { nearest, quoted } from '../../lint/text.js'

/** The model families that a team allows. Compared exactly: `Llama` is not `llama`. */
export function allowedFamilies({ families }: { readonly families: readonly string[] }): Rule {
  const allowed = new Set(families)
  return {
    code: 'allowed-families',
    severity: 'warning',
    description: 'A model is of a family that the config does not allow.',
    *check({ nodes }) {
      for (const node of nodes('ModelSpec')) {
        const { family } = node.value
        if (allowed.has(family)) continue
        const near = nearest(family, families)
        yield {
          node,
          loc: ['family'],
          message: `the config does not allow the family ${quoted(family)}`,
          help: near === undefined ? `use one of ${families.join(', ')}` : `did you mean ${quoted(near)}?`,
        }
      }
    },
  }
}
