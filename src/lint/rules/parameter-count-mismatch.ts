import { isCountCredible, parametersOfDimensions } from '../dimension-parameters.js'
import type { Rule } from '../rule.js'

/** Estimates of memory and GPUs are made from both numbers, so both must be of the same model. */
export const parameterCountMismatch: Rule = {
  code: 'parameter-count-mismatch',
  severity: 'warning',
  description: 'The parameter count is below half or above two and a half times what the dimensions give.',
  *check({ parts }) {
    for (const part of parts('ModelSpec')) {
      const expected = parametersOfDimensions(part.value)
      if (expected === undefined || isCountCredible(part.value)) continue
      yield {
        part,
        loc: ['base_num_parameters'],
        message: `${part.value.base_num_parameters} parameters, but the dimensions give about ${Math.round(expected)}`,
        help: 'correct "base_num_parameters", or the dimension (layers, hidden size, FFN size, experts) that is wrong',
      }
    }
  },
}
