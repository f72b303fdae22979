import type { Rule } from '../rule.js'

/** A window that holds the whole context never slides. */
export const windowExceedsContext: Rule = {
  code: 'window-exceeds-context',
  severity: 'warning',
  description: 'The sliding window is larger than the context.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const windowSize = part.value.sliding_window_config?.window_size
      const contextSize = part.value.context_size ?? undefined
      if (windowSize === undefined || contextSize === undefined || windowSize <= contextSize) continue
      yield {
        part,
        loc: ['sliding_window_config', 'window_size'],
        message: `a window of ${windowSize} tokens, but a context of only ${contextSize}`,
        help: 'write at most "context_size", or leave the window out',
      }
    }
  },
}
