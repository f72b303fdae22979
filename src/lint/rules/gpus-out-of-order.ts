import type { ModelSpec } from '../../schemas/index.js'
import type { Rule } from '../rule.js'

const FIELDS = ['minimum_gpus_all_weights', 'minimum_gpus_lora'] as const

/** LoRA trains only a part of what full fine-tuning trains. */
export const gpusOutOfOrder: Rule = {
  code: 'gpus-out-of-order',
  severity: 'warning',
  description: 'A minimum number of GPUs is below 1, or larger for LoRA than for full fine-tuning.',
  *check({ nodes }) {
    for (const node of nodes('ModelSpec')) {
      const below = fieldsBelowOne(node.value)
      for (const field of below) {
        yield {
          node,
          loc: [field],
          message: `"${field}" is ${node.value[field]}; expected at least 1`,
          help: 'set the number of GPUs that fine-tuning needs, or remove the field',
        }
      }
      const { minimum_gpus_all_weights: allWeights, minimum_gpus_lora: lora } = node.value
      if (below.length > 0 || areGpusInOrder(node.value)) continue
      yield {
        node,
        loc: ['minimum_gpus_lora'],
        message: `${lora} GPUs for LoRA, but only ${allWeights} for all weights`,
        help: 'LoRA trains a part of what full fine-tuning trains: write at most "minimum_gpus_all_weights"',
      }
    }
  },
}

/** Whether both minimums are at least 1, and LoRA's is not the larger. A missing one counts as fine. */
export function areGpusInOrder(spec: ModelSpec): boolean {
  const { minimum_gpus_all_weights: allWeights, minimum_gpus_lora: lora } = spec
  return fieldsBelowOne(spec).length === 0 && (lora ?? 0) <= (allWeights ?? Number.POSITIVE_INFINITY)
}

function fieldsBelowOne(spec: ModelSpec): (typeof FIELDS)[number][] {
  return FIELDS.filter((field) => (spec[field] ?? 1) < 1)
}
