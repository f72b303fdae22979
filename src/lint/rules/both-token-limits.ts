import type { Rule } from '../rule.js'

/** They are the old and the new name of one limit. A request with both is invalid; a response may have both. */
export const bothTokenLimits: Rule = {
  code: 'both-token-limits',
  severity: 'warning',
  description: 'An entity sets both `max_tokens` and `max_completion_tokens`.',
  *check({ parts }) {
    for (const part of parts('InferenceParams')) {
      const { max_tokens: limit, max_completion_tokens: completionLimit } = part.value
      if (typeof limit !== 'number' || typeof completionLimit !== 'number') continue
      yield {
        part,
        loc: ['max_tokens'],
        message: `"max_tokens" (${limit}) and "max_completion_tokens" (${completionLimit}) set the same limit`,
        help: 'keep only one of them',
      }
    }
  },
}
