import type { CheckFormatter } from './formatter.js'
import { json } from './json.js'
import { pretty } from './pretty.js'

/** The output formats of `check`, by name. */
export const CHECK_FORMATS = { pretty, json } as const satisfies Record<string, () => CheckFormatter>

/** The name of an output format of `check`. */
export type CheckFormat = keyof typeof CHECK_FORMATS
