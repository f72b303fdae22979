import type { Rule } from '../lint/index.js'
import type { DiagnosticSeverity } from './diagnostic.js'

/** The rules of a team for one file. */
export interface ManifestPolicy {
  /** Rules beside those of lint. */
  readonly rules: readonly Rule[]
  /** The severity that the team gives to a rule; undefined for the rule's own. Errors of the service have no rule. */
  severityOf(code: string): DiagnosticSeverity | 'off' | undefined
}

/** No policy: every rule with its own severity. */
export const NO_POLICY: ManifestPolicy = { rules: [], severityOf: () => undefined }
