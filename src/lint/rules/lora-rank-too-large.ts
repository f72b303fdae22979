import type { ModelSpec } from '../../schemas/index.js'
import type { Rule } from '../rule.js'

/** The rank of a matrix is at most its smaller side. A larger adapter rank adds parameters but no capacity. */
export const loraRankTooLarge: Rule = {
  code: 'lora-rank-too-large',
  severity: 'warning',
  description: 'The rank of an adapter exceeds the smallest dimension of the layers it adapts.',
  *check({ nodes }) {
    for (const node of nodes('ModelEntity')) {
      const smallest = node.value.spec ? smallestDimension(node.value.spec) : undefined
      if (smallest === undefined) continue
      for (const [index, { lora_config: config }] of (node.value.adapters ?? []).entries()) {
        if (!config || config.rank <= smallest) continue
        yield {
          node,
          loc: ['adapters', index, 'lora_config', 'rank'],
          message: `the rank is ${config.rank}, but the smallest dimension of the model is ${smallest}`,
          help: `use at most ${smallest}: a higher rank adds parameters but no capacity`,
        }
      }
    }
  },
}

/** The smallest positive dimension of the linear layers. If none are listed, the hidden size. */
function smallestDimension({ linear_layers: layers, hidden_size: hiddenSize }: ModelSpec): number | undefined {
  let smallest = Number.POSITIVE_INFINITY
  for (const { in_features, out_features } of layers ?? []) {
    if (in_features > 0) smallest = Math.min(smallest, in_features)
    if (out_features > 0) smallest = Math.min(smallest, out_features)
  }
  if (smallest < Number.POSITIVE_INFINITY) return smallest
  return hiddenSize > 0 ? hiddenSize : undefined
}
