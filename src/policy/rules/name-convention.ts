import { models } from '../../lint/document.js'
import type { Rule } from '../../lint/index.js'
import { quoted } from '../../lint/text.js'

/** A pattern that a team sets for the names of models. */
export function nameConvention({ pattern }: { readonly pattern: string }): Rule {
  const expression = new RegExp(pattern, 'u')
  return {
    code: 'name-convention',
    severity: 'warning',
    description: 'A name does not follow the convention of the config.',
    *check(document) {
      for (const node of models(document)) {
        const { name } = node.value
        if (expression.test(name)) continue
        yield {
          node,
          loc: ['name'],
          message: `the name ${quoted(name)} does not match ${pattern}`,
          help: 'rename it to follow the convention of the config',
        }
      }
    },
  }
}
