import type { Rule } from '../rule.js'

/** They are the old and the new name of one limit. In a request both are an error; an answer of the service may have them. */
export const bothTokenLimits: Rule = {
  code: 'both-token-limits',
  severity: 'warning',
  description: 'An entity has both names of the token limit; a request may not.',
  *check({ parts }) {
    for (const part of parts('InferenceParams')) {
      const { max_tokens: limit, max_completion_tokens: completionLimit } = part.value
      if (typeof limit !== 'number' || typeof completionLimit !== 'number') continue
      yield {
        part,
        loc: ['max_tokens'],
        message: `"max_tokens" (${limit}) and "max_completion_tokens" (${completionLimit}) limit the same tokens`,
        help: 'keep one of the two',
      }
    }
  },
}
