import { FEW_SHOT_PLACEHOLDER, placeholders } from '../placeholders.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** The API page: "Currently supports only {{icl_few_shot_examples}}". */
export const unknownPlaceholder: Rule = {
  code: 'unknown-placeholder',
  severity: 'warning',
  description: 'The system prompt template has a placeholder that the service does not fill.',
  *check({ nodes }) {
    for (const node of nodes('PromptData')) {
      for (const name of placeholders(node.value.system_prompt_template ?? '')) {
        if (name === FEW_SHOT_PLACEHOLDER) continue
        yield {
          node,
          loc: ['system_prompt_template'],
          message: `the service does not fill the placeholder ${quoted(name)}; it fills only {{${FEW_SHOT_PLACEHOLDER}}}`,
          help: 'replace it with the text itself, or remove it',
        }
      }
    }
  },
}
