import type { ModelSpec } from '../../schemas/index.js'
import { isCountCredible } from '../dimension-parameters.js'
import type { Rule } from '../rule.js'
import { areGpusInOrder } from './gpus-out-of-order.js'

/** Bytes per parameter in the cheapest common way to train, for any batch size. */
const METHODS = [
  // bfloat16 weights and gradients, and AdamW's two states.
  { field: 'minimum_gpus_all_weights', name: 'training all weights', bytesOfParameter: 8 },
  // Frozen bfloat16 weights.
  { field: 'minimum_gpus_lora', name: 'LoRA', bytesOfParameter: 2 },
] as const

/** No GPU sold as 80 GB has more memory. */
const GPU_BYTES = 80 * 2 ** 30

/** A job planned with such a number runs out of memory. */
export const minimumGpusTooLow: Rule = {
  code: 'minimum-gpus-too-low',
  severity: 'warning',
  description: 'A minimum number of GPUs is too low to train the model on 80 GB GPUs.',
  *check({ nodes, minimumGpus }) {
    for (const node of nodes('ModelSpec')) {
      const { value } = node
      // Other rules report numbers that contradict each other. Nothing follows from those.
      if (!areGpusInOrder(value) || !isCountCredible(value)) continue
      const written = METHODS.filter(({ field }) => value[field] != null)
      const estimate = written.length > 0 ? minimumGpus(value) : {}
      for (const { field, name, bytesOfParameter } of written) {
        const needed = Math.max(estimate[field] ?? 0, gpusOfWeights(value, bytesOfParameter))
        if ((value[field] ?? needed) >= needed) continue
        yield {
          node,
          loc: [field],
          message: `${value[field]} GPU${value[field] === 1 ? '' : 's'} for ${name}, which needs at least ${needed} GPUs of 80 GB`,
          help: `set ${needed}, or remove the field`,
        }
      }
    }
  },
}

function gpusOfWeights({ base_num_parameters: parameters }: ModelSpec, bytesOfParameter: number): number {
  return Math.ceil((parameters * bytesOfParameter) / GPU_BYTES)
}
