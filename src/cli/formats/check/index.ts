import type { CheckFormatter } from './formatter.js'
import { pretty } from './pretty.js'

export type { CheckEnd, CheckedFile, CheckFormatter } from './formatter.js'

/** The output formats of `check`, by name. All but the default one are loaded when they are used. */
export const CHECK_FORMATS = {
  pretty: async () => pretty(),
  concise: async () => (await import('./concise.js')).concise(),
  json: async () => (await import('./json.js')).json(),
  jsonl: async () => (await import('./jsonl.js')).jsonl(),
  github: async () => (await import('./github.js')).github(),
  gitlab: async () => (await import('./gitlab.js')).gitlab(),
  sarif: async () => (await import('./sarif.js')).sarif(),
  junit: async () => (await import('./junit.js')).junit(),
  checkstyle: async () => (await import('./checkstyle.js')).checkstyle(),
  rdjson: async () => (await import('./rdjson.js')).rdjson(),
  markdown: async () => (await import('./markdown.js')).markdown(),
} as const satisfies Record<string, () => Promise<CheckFormatter>>

/** The name of an output format of `check`. */
export type CheckFormat = keyof typeof CHECK_FORMATS

/** The formats for people, which end with the totals. Of the others, standard error says why the check fails. */
export const FORMATS_FOR_PEOPLE: ReadonlySet<CheckFormat> = new Set(['pretty', 'concise', 'markdown'])
