import { isSet } from '../document.js'
import { FEW_SHOT_PLACEHOLDER, placeholders } from '../placeholders.js'
import type { Rule } from '../rule.js'

/** Examples reach the model only through the placeholder of the template. */
export const fewShotExamplesUnused: Rule = {
  code: 'few-shot-examples-unused',
  severity: 'warning',
  description: 'There are few-shot examples, and a system prompt template that has no place for them.',
  *check({ parts }) {
    for (const part of parts('PromptData')) {
      const { icl_few_shot_examples: examples, system_prompt_template: template } = part.value
      if (!isSet(examples) || !isSet(template) || placeholders(template).has(FEW_SHOT_PLACEHOLDER)) continue
      yield {
        part,
        loc: ['icl_few_shot_examples'],
        message: `the examples are used nowhere: "system_prompt_template" has no {{${FEW_SHOT_PLACEHOLDER}}}`,
        help: `put {{${FEW_SHOT_PLACEHOLDER}}} into the template, or remove the examples`,
      }
    }
  },
}
