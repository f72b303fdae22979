import { FEW_SHOT_PLACEHOLDER, placeholders } from '../placeholders.js'
import type { Rule } from '../rule.js'
import { quoted } from '../text.js'

/** The API page: "Currently supports only {{icl_few_shot_examples}}". */
export const unknownPlaceholder: Rule = {
  code: 'unknown-placeholder',
  severity: 'warning',
  description: 'A placeholder in the system prompt template that the service does not fill.',
  *check({ parts }) {
    for (const part of parts('PromptData')) {
      for (const name of placeholders(part.value.system_prompt_template ?? '')) {
        if (name === FEW_SHOT_PLACEHOLDER) continue
        yield {
          part,
          loc: ['system_prompt_template'],
          message: `the placeholder ${quoted(name)} is not filled; expected only {{${FEW_SHOT_PLACEHOLDER}}}`,
          help: 'write the text itself in its place, or remove it',
        }
      }
    }
  },
}
