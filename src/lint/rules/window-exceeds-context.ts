import type { Rule } from '../rule.js'

/** A window larger than the context never slides. */
export const windowExceedsContext: Rule = {
  code: 'window-exceeds-context',
  severity: 'warning',
  description: 'The sliding window is larger than the context.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const windowSize = node.value.sliding_window_config?.window_size
      const contextSize = node.value.context_size ?? undefined
      if (windowSize === undefined || contextSize === undefined || windowSize <= contextSize) continue
      yield {
        node,
        loc: ['sliding_window_config', 'window_size'],
        message: `the window is ${windowSize} tokens, but the context is only ${contextSize}`,
        help: 'use at most "context_size", or remove the window',
      }
    }
  },
}
