import type { Rule } from '../rule.js'

/** The API page says that the temperature cannot be set to 0.0 currently. The service accepts it. */
export const temperatureZero: Rule = {
  code: 'temperature-zero',
  severity: 'warning',
  description:
    'The temperature is 0: the service accepts it, but its documentation says that 0.0 is currently not possible.',
  *check({ nodes }) {
    for (const node of nodes('InferenceParams')) {
      if (node.value.temperature !== 0) continue
      yield {
        node,
        loc: ['temperature'],
        message: 'the temperature is 0; the documentation says that it cannot be 0.0 currently',
        help: 'use a small temperature (0.01), or "top_p": 0 to always pick the most likely token',
      }
    }
  },
}
