import type { ModelSpec } from '../../schemas/index.js'
import type { Rule } from '../rule.js'

/** A matrix has no higher rank than its smaller side: above it, an adapter adds parameters and no freedom. */
export const loraRankTooLarge: Rule = {
  code: 'lora-rank-too-large',
  severity: 'warning',
  description: 'The rank of an adapter is above the smallest dimension that it could reduce.',
  *check({ parts }) {
    for (const part of parts('ModelEntity')) {
      const smallest = part.value.spec ? smallestDimension(part.value.spec) : undefined
      if (smallest === undefined) continue
      for (const [index, { lora_config: config }] of (part.value.adapters ?? []).entries()) {
        if (!config || config.rank <= smallest) continue
        yield {
          part,
          loc: ['adapters', index, 'lora_config', 'rank'],
          message: `a rank of ${config.rank}, but the smallest dimension of the model is ${smallest}`,
          help: `write at most ${smallest}: a higher rank adds parameters and no freedom`,
        }
      }
    }
  },
}

/** The smallest positive dimension of the linear layers; without them, the hidden size. */
function smallestDimension({ linear_layers: layers, hidden_size: hiddenSize }: ModelSpec): number | undefined {
  let smallest = Number.POSITIVE_INFINITY
  for (const { in_features, out_features } of layers ?? []) {
    if (in_features > 0) smallest = Math.min(smallest, in_features)
    if (out_features > 0) smallest = Math.min(smallest, out_features)
  }
  if (smallest < Number.POSITIVE_INFINITY) return smallest
  return hiddenSize > 0 ? hiddenSize : undefined
}
