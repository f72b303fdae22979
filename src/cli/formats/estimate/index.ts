import { json } from './json.js'
import { markdown } from './markdown.js'
import { pretty } from './pretty.js'
import type { EstimateReport } from './report.js'

/** The output formats of `estimate`, by name. */
export const ESTIMATE_FORMATS = { pretty, json, markdown } as const satisfies Record<
  string,
  (report: EstimateReport) => string
>

/** The name of an output format of `estimate`. */
export type EstimateFormat = keyof typeof ESTIMATE_FORMATS
