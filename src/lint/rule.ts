/** The interface of a lint rule. */

import type { LintDocument } from './document.js'
import type { DocumentNode } from './document-nodes.js'
import type { Correction, Loc, Severity } from './finding.js'

/** A rule: its name, its severity, a one-sentence description, and the check itself. */
export interface Rule {
  readonly code: string
  readonly severity: Severity
  /** What the rule reports, in one sentence. */
  readonly description: string
  /** Whether the rule also runs on an invalid value. Such a document has no {@link LintDocument.nodes}. */
  readonly runsOnInvalid?: true
  /** Finds all matches in a document, in document order and in linear time. */
  check(document: LintDocument): Iterable<Match>
}

/** One match of a rule, before the engine adds the rule's code and severity. */
export interface Match {
  /** The path from the top of the document, or from `node` if that is set. */
  readonly loc: Loc
  readonly node?: DocumentNode
  /** Default: the value. `holder` is the object that lacks the field. */
  readonly at?: 'key' | 'holder'
  readonly message: string
  readonly help: string
  readonly correction?: Correction
}
