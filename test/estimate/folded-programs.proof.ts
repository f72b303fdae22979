import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { foldLayers } from '../../src/estimate/replay/folding/folded-layers.js'
import { replayModel } from '../../src/estimate/replay/replay-model.js'
import { prefill } from '../../src/estimate/replay/step/prefill.js'
import { trainingStep } from '../../src/estimate/replay/step/training-step.js'
import { UndescribedBlock } from '../../src/estimate/replay/undescribed-block.js'
import { STEP, STEPS, UNFOLDED } from './folding.js'
import { FAMILY_FIXTURES, memoryRecords } from './memory-records.js'

const FOLDED = { layers: foldLayers, experts: true }
/** The last recorded config of each family whose forward pass is a program. */
const CONFIGS = new Map(
  FAMILY_FIXTURES.flatMap(memoryRecords)
    .filter(({ config }) => architectureFromConfig(config).program !== undefined)
    .map(({ config }) => [String(config['model_type']), config]),
)

/** The result, or why there is none. */
function answerOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (error instanceof UndescribedBlock) return error.message
    throw error
  }
}

describe('foldProgram', () => {
  it.each([...CONFIGS])('changes nothing of a step or a prefill of %s', (_, config) => {
    const counts = Object.keys(config).filter((name) => /layers$/.test(name) && typeof config[name] === 'number')
    const run = fc.record({
      step: fc.constantFrom(...STEPS),
      layers: fc.integer({ min: 1, max: 15 }),
      batch: fc.integer({ min: 1, max: 2 }),
      sequence: fc.integer({ min: 2, max: 90 }),
    })
    fc.assert(
      fc.property(run, ({ step, layers, batch, sequence }) => {
        const sized = { ...config, ...Object.fromEntries(counts.map((name) => [name, layers])) }
        const architecture = architectureFromConfig(sized)
        const [folded, whole] = [replayModel(architecture, FOLDED), replayModel(architecture, UNFOLDED)]
        const all = { ...STEP, ...step, batch, sequence, seconds: 1 }
        expect(answerOf(() => trainingStep(folded, all))).toEqual(answerOf(() => trainingStep(whole, all)))
        const given = { batch, sequence, seconds: 1, kernel: 'flash', dtype: 'bfloat16' } as const
        expect(answerOf(() => prefill(folded, given))).toEqual(answerOf(() => prefill(whole, given)))
      }),
      { numRuns: 15 },
    )
  })
})
