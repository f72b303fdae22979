/** The interface that every rule has. */

import type { LintDocument } from './document.js'
import type { Loc, Severity } from './finding.js'
import type { Part } from './parts.js'

/** A rule: what it is called, how grave it is, what it says in one sentence, and the search for it. */
export interface Rule {
  readonly code: string
  readonly severity: Severity
  /** When the rule speaks, in one sentence. */
  readonly description: string
  /** Whether it runs on a value that the validator refuses; such a document has no {@link LintDocument.parts}. */
  readonly runsOnInvalid?: true
  /** Everything the rule has to say about a document, in the order of the document; in time linear in it. */
  check(document: LintDocument): Iterable<Hit>
}

/** One finding of a rule, before the engine adds the rule's own name and severity. */
export interface Hit {
  /** The path from the top of the document, or from `part`. */
  readonly loc: Loc
  readonly part?: Part
  readonly at?: 'key'
  readonly message: string
  readonly help: string
}
