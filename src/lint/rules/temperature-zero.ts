import type { Rule } from '../rule.js'

/** The API page says that the temperature cannot be set to 0.0 currently; the service takes it. */
export const temperatureZero: Rule = {
  code: 'temperature-zero',
  severity: 'warning',
  description: 'A temperature of 0, which the service takes and inference currently cannot use.',
  *check({ parts }) {
    for (const part of parts('InferenceParams')) {
      if (part.value.temperature !== 0) continue
      yield {
        part,
        loc: ['temperature'],
        message: 'a temperature of 0; documented is that it cannot be 0.0 currently',
        help: 'write a small temperature (0.01), or "top_p": 0 for the most likely token each time',
      }
    }
  },
}
