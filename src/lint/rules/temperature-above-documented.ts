import type { Rule } from '../rule.js'

/** The API page says between 0 and 1; the service takes up to 2. */
export const temperatureAboveDocumented: Rule = {
  code: 'temperature-above-documented',
  severity: 'warning',
  description: 'A temperature above 1, which the service takes and its documentation does not.',
  *check({ parts }) {
    for (const part of parts('InferenceParams')) {
      const { temperature } = part.value
      if (typeof temperature !== 'number' || temperature <= 1) continue
      yield {
        part,
        loc: ['temperature'],
        message: `a temperature of ${temperature}; documented is between 0 and 1`,
        help: 'write at most 1',
      }
    }
  },
}
