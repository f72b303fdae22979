import { checkstyle } from './checkstyle.js'
import { concise } from './concise.js'
import type { CheckFormatter } from './formatter.js'
import { github } from './github.js'
import { gitlab } from './gitlab.js'
import { json } from './json.js'
import { jsonl } from './jsonl.js'
import { junit } from './junit.js'
import { markdown } from './markdown.js'
import { pretty } from './pretty.js'
import { rdjson } from './rdjson.js'
import { sarif } from './sarif.js'

export type { CheckEnd, CheckedFile, CheckFormatter } from './formatter.js'

/** The output formats of `check`, by name. */
export const CHECK_FORMATS = {
  pretty: () => pretty(),
  concise: () => concise(),
  json,
  jsonl,
  github,
  gitlab,
  sarif,
  junit: () => junit(),
  checkstyle,
  rdjson,
  markdown,
} as const satisfies Record<string, () => CheckFormatter>

/** The name of an output format of `check`. */
export type CheckFormat = keyof typeof CHECK_FORMATS

/** The formats for people, which end with the totals. Of the others, standard error says why the check fails. */
export const FORMATS_FOR_PEOPLE: ReadonlySet<CheckFormat> = new Set(['pretty', 'concise', 'markdown'])
