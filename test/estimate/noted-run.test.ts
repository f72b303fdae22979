import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { type CheckedMemoryOptions, checkMemoryOptions, withRanks } from '../../src/estimate/checked-memory-options.js'
import { layoutMemory } from '../../src/estimate/layout-memory.js'
import type { MemoryEstimate } from '../../src/estimate/memory-estimate.js'
import type { MemoryOptions } from '../../src/estimate/memory-options.js'
import { refusedPreferences } from '../../src/estimate/refused-preferences.js'
import { isAlikeOnRanks, NotedRun } from '../../src/estimate/replay/ranks/noted-run.js'
import { trainingStep } from '../../src/estimate/replay/step/training-step.js'
import { type ResolvedModel, resolveModel } from '../../src/estimate/resolved-model.js'
import { runMemory } from '../../src/estimate/run-memory.js'
import { dividedModel } from '../../src/estimate/shard/divided-model.js'
import { expertMemory } from '../../src/estimate/shard/expert-memory.js'
import type { Layout } from '../../src/estimate/shard/layout.js'
import { pipelineMemory } from '../../src/estimate/shard/pipeline-memory.js'
import { refusedLayout } from '../../src/estimate/shard/refused-layout.js'
import { tensorMemory } from '../../src/estimate/shard/tensor-memory.js'
import { trainingStepOf } from '../../src/estimate/training-step-of.js'

const SIZES = {
  hidden_size: 96,
  intermediate_size: 160,
  num_hidden_layers: 12,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  vocab_size: 701,
}
const MODELS: readonly Readonly<Record<string, unknown>>[] = [
  { ...SIZES, model_type: 'llama' },
  { ...SIZES, model_type: 'gemma2', head_dim: 16, sliding_window: 64, tie_word_embeddings: true },
  { ...SIZES, model_type: 'qwen3_moe', head_dim: 16, num_experts: 23, moe_intermediate_size: 48 },
  { ...SIZES, model_type: 'qwen3_next', num_hidden_layers: 5, head_dim: 16, num_experts: 8, moe_intermediate_size: 48 },
  { ...SIZES, model_type: 'mamba2', hidden_size: 128, num_heads: 8, head_dim: 32, state_size: 16 },
  { ...SIZES, model_type: 'bert', architectures: ['BertForMaskedLM'] },
]
const RUNS: readonly MemoryOptions[] = [
  { method: 'full' },
  { method: 'full', recompute: 'none', attention: 'eager' },
  { method: 'full', gradientAccumulation: 2, optimizerStep: 'for-loop' },
  { method: 'full-mixed', sharding: { strategy: 'hsdp', ranks: 2, parameterDtype: 'float32', reduceDtype: 'float32' } },
  { method: 'full', sharding: { strategy: 'fsdp2', ranks: 2, reshardAfterForward: false, syncEachBatch: false } },
  {
    method: 'full',
    gradientAccumulation: 2,
    sharding: { strategy: 'fsdp2', ranks: 2, syncEachBatch: false, reduceDtype: 'float32' },
  },
  { method: 'full', optimizer: 'muon', sharding: { strategy: 'fsdp2', ranks: 2, offload: ['parameters'] } },
  { method: 'lora', recompute: { every: 2 } },
  { method: 'qlora', recompute: 'selective' },
  { method: 'lora', reentrant: true },
  ...(['torchtune', 'trl', 'llama-factory'] as const).map((offloadedBy) => ({
    method: 'lora' as const,
    sharding: { strategy: 'fsdp2' as const, ranks: 2, offload: ['activations' as const], offloadedBy },
  })),
]

/** What divides a model beside ranks that share data. */
const DIVISIONS = [{}, { pipeline: 2 }, { tensor: 2 }, { tensor: 2, pipeline: 2 }, { expert: 2 }] as const
const DATA = [2, 4, 8] as const

/** With how many layouts can be estimated. Adapters are refused with experts on ranks, and in what transformers 4.57 divides. */
const SEARCHES: readonly { readonly config: string; readonly options: MemoryOptions; readonly layouts: number }[] = [
  { config: 'qwen3_moe', options: { method: 'full' }, layouts: 15 },
  { config: 'qwen3_moe', options: { method: 'full', recompute: 'none', gradientAccumulation: 3 }, layouts: 15 },
  {
    config: 'qwen3_moe',
    options: { method: 'full-mixed', sharding: { strategy: 'fsdp2', ranks: 2, parameterDtype: 'float32' } },
    layouts: 15,
  },
  { config: 'qwen3_moe', options: { method: 'lora' }, layouts: 6 },
  { config: 'llama', options: { method: 'lora' }, layouts: 12 },
  { config: 'qwen3_moe', options: { finetuningType: 'dpo' }, layouts: 9 },
  { config: 'llama', options: { finetuningType: 'grpo' }, layouts: 6 },
]

describe('layouts of a search', () => {
  for (const { config: name, options: given, layouts } of SEARCHES)
    it(`need for ${name} and ${JSON.stringify(given)} what a replay of each needs`, () => {
      const config = { ...MODELS.find((model) => model['model_type'] === name), num_hidden_layers: 4, num_experts: 4 }
      const options = checkMemoryOptions({ sequenceLength: 50, ...given })
      const model = resolveModel(architectureFromConfig(config), options)
      const search = layoutMemory(model, options)
      const estimated = DIVISIONS.flatMap((division) => DATA.map((data) => ({ ...WHOLE, data, ...division }))).filter(
        (layout) =>
          !refusedLayout(model, options, layout) &&
          !(options.finetuning && refusedPreferences(options.finetuning, layout)),
      )
      expect(estimated).toHaveLength(layouts)
      for (const layout of estimated) {
        const alone = replayedAlone(model, options, layout)
        expect(search.of(layout), JSON.stringify(layout)).toEqual(alone)
        expect(search.below(alone.totalBytes + 1, layout), JSON.stringify(layout)).toEqual(alone)
        expect(search.below(alone.totalBytes, layout), JSON.stringify(layout)).toBeUndefined()
      }
    })
})

const WHOLE: Layout = { data: 1, tensor: 1, pipeline: 1, expert: 1 }

/** One layout, of which nothing is noted for others. */
function replayedAlone(model: ResolvedModel, options: CheckedMemoryOptions, layout: Layout): MemoryEstimate {
  if (layout.pipeline > 1) return pipelineMemory(model, options, layout)
  const divided = dividedModel(model.architecture, options)
  if (layout.expert > 1) return expertMemory(divided, options, layout)
  if (layout.tensor > 1) return tensorMemory(divided, options, layout)
  return runMemory(model, withRanks(options, layout.data))
}

describe('a run that is noted on two ranks', () => {
  for (const config of MODELS)
    it(`needs on other ranks of ${config['model_type']} what a replay there needs`, () => {
      const architecture = architectureFromConfig({ ...config })
      for (const run of RUNS) {
        const options = checkMemoryOptions({ sequenceLength: 50, ...run })
        const model = resolveModel(architecture, options)
        if ('missing' in model.replay) throw new Error(model.replay.missing)
        const step = (ranks: number) => trainingStepOf(model, withRanks(options, ranks))
        expect(isAlikeOnRanks(step(2))).toBe(true)
        const noted = new NotedRun(model.replay, step(2))
        for (const ranks of [2, 3, 64])
          expect(noted.on(step(ranks)), `${JSON.stringify(run)} on ${ranks}`).toEqual(
            trainingStep(model.replay, step(ranks)),
          )
      }
    })

  it('is not what ranks do that gather parameters in place, or reduce gradients in buckets', () => {
    const model = resolveModel(architectureFromConfig({ ...SIZES, model_type: 'llama' }), checkMemoryOptions({}))
    for (const strategy of ['ddp', 'zero-1', 'zero-3', 'fsdp1'] as const) {
      const options = checkMemoryOptions({ sharding: { strategy, ranks: 2 } })
      expect(isAlikeOnRanks(trainingStepOf(model, options)), strategy).toBe(false)
    }
  })
})
