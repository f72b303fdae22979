import type { MemoryOptions } from '../memory-options.js'
import { presetOf } from './presets.js'
import { runOf } from './with-preset.js'

/** What a framework does that no option says, in sentences. */
export interface BesidePreset {
  /** Why an output embedding that the config ties is one of its own; absent if it stays tied. */
  readonly untied?: string
  /** What is not estimated. */
  readonly leavesOut: readonly string[]
}

/** What the preset of a run does that no option says. The options are those that it filled in. */
export function besidePreset(options: MemoryOptions): BesidePreset {
  const run = runOf(options)
  if (options.preset === undefined || run.trains === 'nothing') return { leavesOut: [] }
  const { untied, leavesOut = [] } = presetOf(options.preset)
  const said = (sentence: string) => `preset ${options.preset}: ${sentence}`
  return {
    ...(untied && { untied: said(untied) }),
    leavesOut: leavesOut.filter(({ when }) => when(run)).map(({ what }) => said(what)),
  }
}
