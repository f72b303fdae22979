import { contractOptions } from './contract-options.js'
import { errorsByGroup, type GroupErrors } from './errors.js'
import { MEASURED_RUNS } from './measured-runs.js'

/** Runs of which torch's own peak and all settings are known. */
export const KNOWN = MEASURED_RUNS.filter(({ options }) => options)

/** The errors by group with every option that the settings of a run say. */
export const FULL: readonly GroupErrors[] = errorsByGroup(KNOWN, ({ options }) => options)

/** The same with the names of job files alone. */
export const PLAIN: readonly GroupErrors[] = errorsByGroup(MEASURED_RUNS, ({ run }) => contractOptions(run))

/** The same with the preset of the version of transformers that they ran. */
export const VERSIONED: readonly GroupErrors[] = errorsByGroup(KNOWN, ({ run }) => {
  const options = contractOptions(run)
  return options && { ...options, preset: 'transformers-4.48', recompute: 'layers' }
})

/** The tables in docs/estimates.md, by their headings. */
export const TABLES: Readonly<Record<string, readonly GroupErrors[]>> = {
  'With every option': FULL,
  'With the names of job files alone': PLAIN,
  'With the preset of their time': VERSIONED,
}
