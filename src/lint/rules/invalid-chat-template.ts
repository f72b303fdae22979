import { checkTemplate } from '../jinja/check-template.js'
import type { Rule } from '../rule.js'

/** The service accepts any text. The template fails when the first chat is formatted. */
export const invalidChatTemplate: Rule = {
  code: 'invalid-chat-template',
  severity: 'warning',
  description: 'The chat template is not a Jinja2 template that transformers can compile.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const problem = checkTemplate(part.value.chat_template ?? '')
      if (problem === undefined) continue
      yield {
        part,
        loc: ['chat_template'],
        message: `invalid Jinja2 in line ${problem.line} of the template: ${problem.message}`,
        help: 'correct the template: it cannot format chats',
      }
    }
  },
}
