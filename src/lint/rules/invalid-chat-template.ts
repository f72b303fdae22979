import { checkTemplate } from '../jinja/check-template.js'
import type { Rule } from '../rule.js'

/** The service takes any text; the template fails when the first chat is formatted. */
export const invalidChatTemplate: Rule = {
  code: 'invalid-chat-template',
  severity: 'warning',
  description: 'A chat template that is no Jinja2, as transformers compiles it.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const problem = checkTemplate(part.value.chat_template ?? '')
      if (problem === undefined) continue
      yield {
        part,
        loc: ['chat_template'],
        message: `no Jinja2 in line ${problem.line} of the template: ${problem.message}`,
        help: 'correct the template; chats cannot be formatted with it',
      }
    }
  },
}
