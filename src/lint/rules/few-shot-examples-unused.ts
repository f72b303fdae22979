import { isSet } from '../document.js'
import { FEW_SHOT_PLACEHOLDER, placeholders } from '../placeholders.js'
import type { Rule } from '../rule.js'

/** Examples reach the model only through the placeholder in the template. */
export const fewShotExamplesUnused: Rule = {
  code: 'few-shot-examples-unused',
  severity: 'warning',
  description: 'Few-shot examples are set, but the system prompt template has no placeholder for them.',
  *check({ nodes }) {
    for (const node of nodes('PromptData')) {
      const { icl_few_shot_examples: examples, system_prompt_template: template } = node.value
      if (!isSet(examples) || !isSet(template) || placeholders(template).has(FEW_SHOT_PLACEHOLDER)) continue
      yield {
        node,
        loc: ['icl_few_shot_examples'],
        message: `the examples are never used: "system_prompt_template" does not contain {{${FEW_SHOT_PLACEHOLDER}}}`,
        help: `put {{${FEW_SHOT_PLACEHOLDER}}} in the template, or remove the examples`,
      }
    }
  },
}
