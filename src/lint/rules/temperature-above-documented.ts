import type { Rule } from '../rule.js'

/** The API page says between 0 and 1. The service accepts up to 2. */
export const temperatureAboveDocumented: Rule = {
  code: 'temperature-above-documented',
  severity: 'warning',
  description: 'The temperature is above 1: the service accepts it, but its documentation does not allow it.',
  *check({ nodes }) {
    for (const node of nodes('InferenceParams')) {
      const { temperature } = node.value
      if (typeof temperature !== 'number' || temperature <= 1) continue
      yield {
        node,
        loc: ['temperature'],
        message: `the temperature is ${temperature}; the documented range is 0 to 1`,
        help: 'use at most 1',
      }
    }
  },
}
