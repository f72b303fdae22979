import { json } from './json.js'
import { markdown } from './markdown.js'
import { pretty } from './pretty.js'
import type { ServingReport } from './report.js'

/** The output formats of `serving`, by name. */
export const SERVING_FORMATS = { pretty, json, markdown } as const satisfies Record<
  string,
  (report: ServingReport) => string
>

/** The name of an output format of `serving`. */
export type ServingFormat = keyof typeof SERVING_FORMATS
