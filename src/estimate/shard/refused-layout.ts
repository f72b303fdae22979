import type { Architecture } from '../../architecture/index.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import type { Layout } from '../sharding.js'
import { refusedBesidePipeline } from './pipeline-memory.js'
import { refusedBesideTensor } from './tensor-memory.js'
import { tensorPlanOf } from './tensor-rank.js'

/** Why a training step in a layout cannot be estimated, with a way out; absent if it can. */
export function refusedLayout(
  model: Architecture,
  options: CheckedMemoryOptions,
  { tensor, pipeline, expert, sequenceParallel = false }: Layout,
): string | undefined {
  if (expert > 1 && tensor * pipeline > 1)
    return '`layout.expert` cannot be estimated together with `tensor` or `pipeline`: leave them out'
  if (sequenceParallel && pipeline > 1)
    return '`layout.sequenceParallel` cannot be estimated together with `pipeline`: leave one of them out'
  if (pipeline > 1) {
    const refused = refusedBesidePipeline(model, options)
    if (refused) return refused
  }
  const plan = tensorPlanOf(model)
  if (tensor === 1 || !plan) return undefined
  if (sequenceParallel && model.dimensions.moe)
    return `\`layout.sequenceParallel\` has no model for ${model.className}, which has experts: leave it out`
  return refusedBesideTensor(options, plan)
}
