import type { DiagnosticSeverity } from '../../../manifest/index.js'

/** The colour of each severity. */
export const SEVERITY_COLOUR = { error: 'red', warning: 'yellow', info: 'cyan' } as const satisfies Record<
  DiagnosticSeverity,
  string
>
