import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { activated, call, dropped, give, part, project, set } from './build.js'
import type { Steps, Value } from './steps.js'

/** The class defaults of a config for the summary of a sequence. */
export interface SummaryDefaults {
  readonly type: string
  readonly isProjected: boolean
  readonly activation?: string
  readonly lastDropout: number
}

/** A head for multiple choice on the summary of each sequence (`…SequenceSummary`), if the kind of summary is one vector. */
export function summaryHeads(
  config: ConfigReader,
  dimensions: Dimensions,
  defaults: SummaryDefaults,
  classifier = 'classifier',
): Readonly<Record<string, Steps>> {
  const summary = summarySteps(config, dimensions, defaults)
  if (!summary) return {}
  return {
    ForMultipleChoice: [
      set('pooled', call(summary, { hidden: 'hidden' }, 'sequence_summary')),
      give(project(classifier, 'pooled')),
    ],
  }
}

/** The vector of the first or the last token, projected and bent; undefined for other summaries. */
export function summarySteps(
  config: ConfigReader,
  { hiddenSize }: Dimensions,
  { type, isProjected, activation, lastDropout }: SummaryDefaults,
): Steps | undefined {
  const projected = (of: Value): Value =>
    config.boolean('summary_use_proj', isProjected) ? project('summary', of) : of
  const name = config.string('summary_activation', activation ?? '')
  const bent = (of: Value): Value => (name === '' ? of : activated(name, of))
  if (!['first', 'last'].includes(config.string('summary_type', type))) return undefined
  return [
    set('out', part('hidden', ['batch', hiddenSize])),
    set('out', dropped(config.number('summary_first_dropout', 0), 'out')),
    set('out', projected('out')),
    set('out', bent('out')),
    give(dropped(config.number('summary_last_dropout', lastDropout), 'out')),
  ]
}
