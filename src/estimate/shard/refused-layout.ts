import { namesOf } from '../../architecture/groups.js'
import { type Architecture, moduleGroups } from '../../architecture/index.js'
import type { TensorPlan } from '../../architecture/tensor-plan.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import type { AdapterPlan } from '../lora/adapter-plan.js'
import { refusedByPreset } from '../presets/refused-by-preset.js'
import { stoppedStep } from '../refused-steps.js'
import type { ResolvedModel } from '../resolved-model.js'
import { idleStage } from './idle-stage.js'
import type { Layout } from './layout.js'
import { refusedBesidePipeline } from './pipeline-memory.js'
import { tensorPlanOf } from './refused-division.js'
import { refusedExperts } from './refused-experts.js'
import { refusedSequences } from './refused-sequences.js'
import { refusedBesideTensor } from './tensor-memory.js'

/** Why a training step in a layout cannot be estimated, with a way out; absent if it can. */
export function refusedLayout(
  resolved: Pick<ResolvedModel, 'architecture' | 'adapters' | 'trains'>,
  asked: CheckedMemoryOptions,
  { data, tensor, pipeline, expert, sequenceParallel = false }: Layout,
): string | undefined {
  const { strategy } = asked.sharding
  const options: CheckedMemoryOptions = {
    ...asked,
    sharding: { ...asked.sharding, strategy: strategy === 'none' && data > 1 ? 'fsdp2' : strategy, ranks: data },
  }
  const { architecture: model, adapters } = resolved
  const byPreset = refusedByPreset(options, { tensor, pipeline })
  if (byPreset) return byPreset
  if (expert > 1 && tensor * pipeline > 1)
    return '`layout.expert` cannot be estimated together with `tensor` or `pipeline`: leave them out'
  if (sequenceParallel && pipeline > 1)
    return '`layout.sequenceParallel` cannot be estimated together with `pipeline`: leave one of them out'
  if (pipeline > 1) {
    const refused = refusedBesidePipeline(model, options) ?? idleStage(resolved, options, pipeline)
    if (refused) return refused
  }
  if (expert > 1) {
    const refused = refusedExperts(model, options)
    if (refused) return refused
  }
  const stopped = tensor > 1 ? stoppedStep(options, 'tensor parallelism') : undefined
  if (stopped) return stopped
  const plan = tensorPlanOf(model)
  if (tensor === 1 || !plan) return undefined
  const ofSequences = sequenceParallel ? refusedSequences({ model, plan, adapters, options, ranks: tensor }) : undefined
  if (ofSequences) return ofSequences
  return refusedBesideTensor(options, plan) ?? refusedAdapters(model, adapters, plan)
}

/** PEFT 0.21.2 knows two ways to divide a layer (`_SUPPORTED_TP_PLANS` in its `lora/model.py`); with others its product has the wrong shape. */
function refusedAdapters(model: Architecture, adapters: AdapterPlan, plan: TensorPlan): string | undefined {
  const named = [...plan.gatheredColumns, ...plan.splitRows]
  for (const { path } of moduleGroups(model)) {
    const own = path.at(-1)
    if (typeof own !== 'string' || !named.includes(own)) continue
    for (const name of namesOf(path))
      if (adapters.rankOf(name) !== undefined)
        return `\`layout.tensor\` cannot be estimated with adapters on ${own}, at which PEFT 0.21.2 stops: leave it out of \`targetModules\``
  }
  return undefined
}
