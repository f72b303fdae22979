import type { Rule } from '../rule.js'

/** They are the old and the new name of one limit. A request with both is invalid; a response may have both. */
export const bothTokenLimits: Rule = {
  code: 'both-token-limits',
  severity: 'warning',
  description: 'An entity sets both `max_tokens` and `max_completion_tokens`.',
  *check({ nodes }) {
    for (const node of nodes('InferenceParams')) {
      const { max_tokens: limit, max_completion_tokens: completionLimit } = node.value
      if (typeof limit !== 'number' || typeof completionLimit !== 'number') continue
      yield {
        node,
        loc: ['max_tokens'],
        message: `"max_tokens" (${limit}) and "max_completion_tokens" (${completionLimit}) set the same limit`,
        help: 'keep only one of them',
      }
    }
  },
}
