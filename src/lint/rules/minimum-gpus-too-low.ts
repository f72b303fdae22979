import type { ModelSpec } from '../../schemas/index.js'
import { isCountCredible } from '../dimension-parameters.js'
import type { Rule } from '../rule.js'
import { areGpusInOrder } from './gpus-out-of-order.js'

/** What the most modest of the usual ways to train holds of each parameter, whatever the batch, in bytes. */
const METHODS = [
  // bfloat16 weights and gradients, and AdamW's two states.
  { field: 'minimum_gpus_all_weights', name: 'training all weights', bytesOfParameter: 8 },
  // bfloat16 weights, which are frozen.
  { field: 'minimum_gpus_lora', name: 'LoRA', bytesOfParameter: 2 },
] as const

/** No GPU that is sold as one of 80 GB has more. */
const GPU_BYTES = 80 * 2 ** 30

/** A job that is planned by such a number runs out of memory. */
export const minimumGpusTooLow: Rule = {
  code: 'minimum-gpus-too-low',
  severity: 'warning',
  description: 'A minimum of GPUs is below what training the model takes on GPUs of 80 GB.',
  *check({ parts, minimumGpus }) {
    for (const part of parts('ModelSpec')) {
      const { value } = part
      // Of numbers that contradict each other, other rules tell: nothing follows from them.
      if (!areGpusInOrder(value) || !isCountCredible(value)) continue
      const written = METHODS.filter(({ field }) => value[field] != null)
      const estimate = written.length > 0 ? minimumGpus(value) : {}
      for (const { field, name, bytesOfParameter } of written) {
        const needed = Math.max(estimate[field] ?? 0, gpusOfWeights(value, bytesOfParameter))
        if ((value[field] ?? needed) >= needed) continue
        yield {
          part,
          loc: [field],
          message: `${value[field]} GPU${value[field] === 1 ? '' : 's'} for ${name}, which takes at least ${needed} of 80 GB`,
          help: `write ${needed}, or leave the field out`,
        }
      }
    }
  },
}

function gpusOfWeights({ base_num_parameters: parameters }: ModelSpec, bytesOfParameter: number): number {
  return Math.ceil((parameters * bytesOfParameter) / GPU_BYTES)
}
