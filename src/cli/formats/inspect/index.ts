import type { Checkpoint } from '../../../checkpoint/read/index.js'
import { json } from './json.js'
import { type InspectExtras, pretty } from './pretty.js'
import { yaml } from './yaml.js'

/** The output formats of `inspect`, by name. */
export const INSPECT_FORMATS = { pretty, json, yaml } as const satisfies Record<
  string,
  (checkpoint: Checkpoint, extras?: InspectExtras) => string
>

/** The name of an output format of `inspect`. */
export type InspectFormat = keyof typeof INSPECT_FORMATS
