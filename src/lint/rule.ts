/** The interface of a lint rule. */

import type { LintDocument } from './document.js'
import type { Loc, Severity } from './finding.js'
import type { Part } from './parts.js'

/** A rule: its name, its severity, a one-sentence description, and the check itself. */
export interface Rule {
  readonly code: string
  readonly severity: Severity
  /** What the rule reports, in one sentence. */
  readonly description: string
  /** Whether the rule also runs on an invalid value. Such a document has no {@link LintDocument.parts}. */
  readonly runsOnInvalid?: true
  /** Finds all matches in a document, in document order and in linear time. */
  check(document: LintDocument): Iterable<Hit>
}

/** One match of a rule, before the engine adds the rule's code and severity. */
export interface Hit {
  /** The path from the top of the document, or from `part` if that is set. */
  readonly loc: Loc
  readonly part?: Part
  readonly at?: 'key'
  readonly message: string
  readonly help: string
}
