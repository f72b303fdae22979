import { expect, it } from 'vitest'
import { modelSpecFromConfig, type SpecExtras } from '../../src/checkpoint/index.js'
import { NOT_FROM_CHECKPOINT } from '../../src/checkpoint/model-spec-from-config.js'
import { minimumGpus } from '../../src/estimate/index.js'
import { PLANS } from '../../src/validation/generated/plans.js'
import type { Plan } from '../../src/validation/plan/plan.js'

const TEMPLATE = "{{ '<|start_header_id|>ipython' }}{% if tools %}{{ tools }}{% endif %}"
const CHAT: SpecExtras = { tokenizerConfig: { chat_template: TEMPLATE }, minimumGpus }

/** Checkpoints that have something in every field that a checkpoint can have something in. */
const SPECS = [
  modelSpecFromConfig(
    {
      ...{ model_type: 'llama', architectures: ['LlamaForCausalLM'] },
      ...{ num_hidden_layers: 1, max_position_embeddings: 4096 },
    },
    CHAT,
  ),
  modelSpecFromConfig({ model_type: 'mistral', num_hidden_layers: 1, sliding_window: 1024 }),
  modelSpecFromConfig({ model_type: 'deepseek_v3', num_hidden_layers: 4 }),
  modelSpecFromConfig({ model_type: 'jamba' }),
].map(({ spec }) => spec)

const filled = new Set(SPECS.flatMap((spec) => [...pathsIn(spec)]))
const fields = fieldsOf(PLANS.ModelSpec)

it('every field of a spec is filled in from a checkpoint, or listed as one that cannot be', () => {
  expect(fields.filter((field) => !filled.has(field) && !NOT_FROM_CHECKPOINT.includes(field))).toStrictEqual([])
})

it('what is listed as not from a checkpoint is a field, and is never filled in', () => {
  expect(NOT_FROM_CHECKPOINT.filter((field) => !fields.includes(field) || filled.has(field))).toStrictEqual([])
})

/** The fields of a model as paths: `moe_config`, `moe_config.num_experts`. */
function fieldsOf(plan: Plan): string[] {
  if (plan.kind === 'nullable') return fieldsOf(plan.inner)
  if (plan.kind === 'list') return fieldsOf(plan.items)
  if (plan.kind !== 'model') return []
  return plan.fields.flatMap((field) => [field.name, ...fieldsOf(field.plan).map((inner) => `${field.name}.${inner}`)])
}

/** The fields that are set; the items of a list count as one. */
function* pathsIn(value: unknown, prefix = ''): Generator<string> {
  if (Array.isArray(value)) return yield* pathsIn(value[0], prefix)
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue
    yield prefix + key
    yield* pathsIn(item, `${prefix}${key}.`)
  }
}
