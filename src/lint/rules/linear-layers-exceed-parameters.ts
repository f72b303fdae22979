import type { Rule } from '../rule.js'

/** The weights of the linear layers are a subset of the parameters. */
export const linearLayersExceedParameters: Rule = {
  code: 'linear-layers-exceed-parameters',
  severity: 'warning',
  description: 'The linear layers alone have more weights than the model has parameters.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      let weights = 0
      for (const { in_features, out_features } of node.value.linear_layers ?? []) {
        weights += Math.max(0, in_features) * Math.max(0, out_features)
      }
      const count = node.value.base_num_parameters
      if (weights === 0 || count >= weights) continue
      yield {
        node,
        loc: ['base_num_parameters'],
        message: `"base_num_parameters" is ${count}, but the linear layers alone have ${weights} weights`,
        help: 'correct "base_num_parameters", or the linear layer that is too large',
      }
    }
  },
}
