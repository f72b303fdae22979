import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { NO_ADAPTERS } from '../../src/estimate/lora/adapter-plan.js'
import { foldLayers } from '../../src/estimate/replay/folding/folded-layers.js'
import { replayModel } from '../../src/estimate/replay/replay-model.js'
import { prefill } from '../../src/estimate/replay/step/prefill.js'
import type { TrainingStep } from '../../src/estimate/replay/step/training-options.js'
import { trainingStep } from '../../src/estimate/replay/step/training-step.js'
import { runs } from '../share.js'
import { STEP, STEPS, UNFOLDED } from './folding.js'
import { memoryRecords } from './memory-records.js'

/** Families whose code loops over tokens, chunks of tokens, rows of a chunk, or experts. */
const LOOPING = [
  'qwen3_next',
  'qwen3_5_text',
  'qwen3_5_moe_text',
  'kimi_linear',
  'olmo_hybrid',
  'minimax',
  'mamba',
  'falcon_mamba',
  'jamba',
  'nemotron_h',
  'gpt_oss',
  'dots1',
  'zamba',
  'recurrent_gemma',
  'rwkv',
] as const
const CONFIGS = new Map(
  ['hybrids', 'recurrent', 'newer', 'last-decoders'].flatMap((name) =>
    memoryRecords(`${name}.jsonl.gz`).map(({ config }) => [config['model_type'], config] as const),
  ),
)
const FOLDED = { layers: foldLayers, experts: true }
const EXPERTS = ['num_local_experts', 'num_experts', 'n_routed_experts']

/** Adapters on a part of the modules only, so that some arrays of a loop have no gradient. */
const PARTIAL: readonly Partial<TrainingStep>[] = ['q_proj', 'out_proj', 'in_proj_b', 'layers.1.'].map((part) => ({
  trained: false,
  adapters: { ...NO_ADAPTERS, rankOf: (name) => (name.includes(part) ? 4 : undefined) },
}))
const SELECTIVE: readonly Partial<TrainingStep>[] = [{ recompute: 'selective' }, { recompute: { every: 2 } }]
const RUN = fc.record({
  step: fc.constantFrom(...STEPS, ...PARTIAL, ...SELECTIVE),
  batch: fc.integer({ min: 1, max: 2 }),
  sequence: fc.integer({ min: 1, max: 700 }),
  experts: fc.integer({ min: 4, max: 24 }),
})

describe('foldedLoop', () => {
  it.each(LOOPING)('changes nothing of a step or a prefill of %s', (family) => {
    const config = CONFIGS.get(family) ?? {}
    fc.assert(
      fc.property(RUN, ({ step, batch, sequence, experts }) => {
        const more = Object.fromEntries(EXPERTS.filter((name) => name in config).map((name) => [name, experts]))
        const architecture = architectureFromConfig({ ...config, ...more })
        const [folded, whole] = [replayModel(architecture, FOLDED), replayModel(architecture, UNFOLDED)]
        const all = { ...STEP, ...step, batch, sequence }
        expect(trainingStep(folded, all)).toEqual(trainingStep(whole, all))
        const given = { batch, sequence, kernel: 'flash', dtype: 'bfloat16' } as const
        expect(prefill(folded, given)).toEqual(prefill(whole, given))
      }),
      runs(6),
    )
  })
})
