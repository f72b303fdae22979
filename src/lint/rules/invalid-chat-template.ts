import { checkTemplate } from '../jinja/check-template.js'
import type { Rule } from '../rule.js'

/** The service accepts any text. The template fails when the first chat is formatted. */
export const invalidChatTemplate: Rule = {
  code: 'invalid-chat-template',
  severity: 'warning',
  description: 'The chat template is not a Jinja2 template that transformers can compile.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const problem = checkTemplate(node.value.chat_template ?? '')
      if (problem === undefined) continue
      yield {
        node,
        loc: ['chat_template'],
        message: `invalid Jinja2 in line ${problem.line} of the template: ${problem.message}`,
        help: 'correct the template: it cannot format chats',
      }
    }
  },
}
