import { describe, expect, it } from 'vitest'
import {
  countLoraParameters,
  countParameters,
  countTrainableParameters,
  estimateMemory,
  minimumGpus,
  planGpus,
  planServing,
} from '../../src/estimate/index.js'
import type { ModelSpec } from '../../src/schemas/index.js'

const CONFIG = { model_type: 'llama', hidden_size: 64, num_hidden_layers: 2 }

const FUNCTIONS: Readonly<Record<string, (model: never) => unknown>> = {
  estimateMemory: (model) => estimateMemory(model),
  planGpus: (model) => planGpus(model, { gpu: 'H100-80GB' }),
  planServing: (model) => planServing(model, { engine: 'vllm', gpu: 'H100-80GB' }),
  minimumGpus: (model) => minimumGpus(model),
  countParameters: (model) => countParameters(model),
  countLoraParameters: (model) => countLoraParameters(model, { rank: 8 }),
  countTrainableParameters: (model) => countTrainableParameters(model, { finetuningType: 'lora' }),
}

describe.each(Object.entries(FUNCTIONS))('%s', (_, run) => {
  it('refuses a config.json, whose sizes it would not read', () => {
    expect(() => run(CONFIG as never)).toThrow(
      new TypeError('this is a config.json, not a model: pass `architectureFromConfig(config)`'),
    )
  })

  it.each(['llama', null, undefined, 7, true])('refuses %j', (model) => {
    expect(() => run(model as never)).toThrow(/^expected an architecture, a checkpoint or a ModelSpec; found (a |null)/)
  })

  it('refuses an empty object, for which it would take the defaults of a family', () => {
    expect(() => run({} as never)).toThrow(TypeError)
  })
})

it('names the fields that a ModelSpec lacks', () => {
  const spec = { family: 'llama', num_layers: 2, hidden_size: 64 } as ModelSpec
  expect(() => estimateMemory(spec)).toThrow(
    'a ModelSpec would have `num_attention_heads`, `num_kv_heads`, `ffn_hidden_size`, `vocab_size`, `base_num_parameters`',
  )
})
