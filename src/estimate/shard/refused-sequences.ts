import { namesOf } from '../../architecture/groups.js'
import { type Architecture, moduleGroups } from '../../architecture/index.js'
import type { TensorPlan } from '../../architecture/tensor-plan.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import type { AdapterPlan } from '../lora/adapter-plan.js'
import { methodOf } from '../methods.js'
import { distinctModules } from './refused-division.js'

/** What is asked for. */
interface Asked {
  readonly model: Architecture
  readonly plan: TensorPlan
  readonly adapters: AdapterPlan
  readonly options: CheckedMemoryOptions
  readonly ranks: number
}

/**
 * Why ranks cannot have shares of sequences, or are not estimated so, with a way out; absent if they can. The plan is that for
 * Llama of NeMo Automodel 0.7.0, which its option `tp_shard_plan` names for other models.
 */
export function refusedSequences(asked: Asked): string | undefined {
  return refusedModel(asked) ?? refusedOptions(asked.options) ?? refusedAdapters(asked)
}

function refusedModel({ model, plan }: Asked): string | undefined {
  const { order = 'sequential' } = model.forward?.residual ?? {}
  const unknown = [...distinctModules(model.root, '')].find(([name]) => !PLANNED.has(name))?.[0]
  const isOther = order !== 'sequential' || plan.version < '5'
  if (unknown === undefined && !isOther) return undefined
  const why = unknown === undefined ? 'wires its layers in another way' : `has ${unknown}`
  return `\`layout.sequenceParallel\` has no model for ${model.className}: the plan of NeMo Automodel 0.7.0 is for layers like those of Llama, and it ${why}; leave it out`
}

/** The modules of that plan, and those around them; `''` is the model itself. */
const PLANNED: ReadonlySet<string> = new Set([
  '',
  'model',
  'embed_tokens',
  'layers',
  'input_layernorm',
  'self_attn',
  'q_proj',
  'k_proj',
  'v_proj',
  'q_norm',
  'k_norm',
  'o_proj',
  'post_attention_layernorm',
  'mlp',
  'gate_proj',
  'up_proj',
  'down_proj',
  'norm',
  'lm_head',
])

function refusedOptions({ loss, method, autocast, adapterDtype, precision }: CheckedMemoryOptions): string | undefined {
  const isAdapted = methodOf(method).trains === 'adapters'
  return refusal([
    [loss.kind !== 'logits', `the loss ${loss.kind}: pass \`loss: 'logits'\``],
    [!LOGITS.includes(loss.logits), `\`lossLogits\` ${loss.logits}: pass 'float32' or 'float32-gathered'`],
    [isAdapted && autocast, 'autocast and adapters: leave `autocast` out'],
    [
      isAdapted && adapterDtype !== undefined && adapterDtype !== precision,
      `adapters in ${adapterDtype}, at which the product of NeMo Automodel 0.7.0 stops: leave \`adapterDtype\` out`,
    ],
  ])
}

/** What the loss is computed on: shares of the vocabulary, or what is gathered of them. */
const LOGITS: readonly string[] = ['float32', 'float32-gathered']

/** `LinearLoRA` of NeMo Automodel, on layers of the plan. */
function refusedAdapters({ model, plan, adapters, options, ranks }: Asked): string | undefined {
  if (methodOf(options.method).trains !== 'adapters') return undefined
  const { kind, isDora, hasDropout, hasParameters } = adapters
  const refused = refusal([
    [kind !== 'lora', `adapters of ${kind}: take LoRA`],
    [isDora, 'useDora of adapters: leave it out'],
    [hasDropout, 'loraDropout of adapters: set it to 0'],
    [hasParameters, 'targetParameters of adapters: leave it out'],
    [(options.lora?.bias ?? 'none') !== 'none', 'bias of adapters: leave it out'],
  ])
  if (refused) return refused
  const divided = [...plan.columns, ...plan.rows]
  for (const { path } of moduleGroups(model))
    for (const name of namesOf(path)) {
      const rank = adapters.rankOf(name)
      const own = String(path.at(-1))
      if (rank === undefined) continue
      if (!divided.includes(own)) return refusal([[true, `adapters on ${own}: leave it out of \`targetModules\``]])
      if (rank % ranks !== 0)
        return refusal([[true, `adapters of rank ${rank} on ${ranks} ranks: take a multiple of ${ranks}`]])
    }
  return undefined
}

function refusal(refused: readonly (readonly [isRefused: boolean, what: string])[]): string | undefined {
  const found = refused.find(([isRefused]) => isRefused)?.[1]
  return found && `\`layout.sequenceParallel\` cannot be estimated with ${found}`
}
