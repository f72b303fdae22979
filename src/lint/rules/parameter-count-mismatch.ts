import { isCountCredible, parametersOfDimensions } from '../dimension-parameters.js'
import type { Rule } from '../rule.js'

/** Memory and GPU estimates use both the count and the dimensions, so they must match. */
export const parameterCountMismatch: Rule = {
  code: 'parameter-count-mismatch',
  severity: 'warning',
  description: 'The parameter count is less than half or more than 2.5 times what the dimensions imply.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const expected = parametersOfDimensions(node.value)
      if (expected === undefined || isCountCredible(node.value)) continue
      yield {
        node,
        loc: ['base_num_parameters'],
        message: `"base_num_parameters" is ${node.value.base_num_parameters}, but the dimensions imply about ${Math.round(expected)}`,
        help: 'correct "base_num_parameters", or whichever dimension is wrong (layers, hidden size, FFN size, experts)',
      }
    }
  },
}
