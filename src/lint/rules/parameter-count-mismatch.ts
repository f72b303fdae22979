import { parametersOfDimensions } from '../dimension-parameters.js'
import type { Rule } from '../rule.js'

const LOWEST_SHARE = 0.5
const HIGHEST_SHARE = 2.5

/** Estimates of memory and GPUs are made from both numbers, so both must be of the same model. */
export const parameterCountMismatch: Rule = {
  code: 'parameter-count-mismatch',
  severity: 'warning',
  description: 'The parameter count is below half or above two and a half times what the dimensions give.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const expected = parametersOfDimensions(part.value)
      if (expected === undefined) continue
      const count = part.value.base_num_parameters
      if (count >= expected * LOWEST_SHARE && count <= expected * HIGHEST_SHARE) continue
      yield {
        part,
        loc: ['base_num_parameters'],
        message: `${count} parameters, but the dimensions give about ${Math.round(expected)}`,
        help: 'correct "base_num_parameters", or the dimension (layers, hidden size, FFN size, experts) that is wrong',
      }
    }
  },
}
