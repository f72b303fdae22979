import type { DiagnosticSeverity } from './diagnostic.js'
import { type Counts, type Finding, Findings } from './findings.js'
import type { ManifestPolicy } from './policy.js'
import { ACROSS_RULES, isRuleCode, SUPPRESSION_RULES } from './rule-catalogue.js'
import { upperBound } from './sorted.js'
import type { Span } from './source-node.js'
import type { SourceText } from './source-text.js'
import { Suppressions } from './suppressions/suppressions.js'
import type { DocumentComments } from './yaml-comments.js'

/** A finding that a comment silences. */
export interface SilencedFinding extends Finding {
  readonly reason: string | undefined
}

interface FileRules {
  readonly source: SourceText
  readonly policy: ManifestPolicy
  /** The most findings to keep. */
  readonly most: number
  /** The rules across files that run. */
  readonly acrossRules: ReadonlySet<string> | undefined
}

/** The findings of one file, with the severities of the policy, and without those that a comment silences. */
export class FileFindings {
  readonly #rules: FileRules
  readonly #findings: Findings
  readonly #silenced: SilencedFinding[] = []
  readonly #suppressions: Suppressions
  /** Where there are entities and documents with errors: the rules have not run there. */
  readonly #refused: number[] = []
  #suppressed = 0

  constructor(rules: FileRules) {
    this.#rules = rules
    this.#findings = new Findings(rules.most)
    this.#suppressions = new Suppressions(rules.source)
  }

  get counts(): Readonly<Counts> {
    return this.#findings.counts
  }

  /** Whether nothing at all was found. */
  get isEmpty(): boolean {
    const { error, warning, info } = this.counts
    return error + warning + info + this.#suppressed === 0
  }

  /** How many findings comments silence. */
  get suppressed(): number {
    return this.#suppressed
  }

  /** The first of the silenced findings. */
  get silenced(): readonly SilencedFinding[] {
    return this.#silenced
  }

  /** The kept findings, in text order. */
  inOrder(): Finding[] {
    return this.#findings.inOrder()
  }

  /** Takes in the comments of the next document, before anything is found in it. */
  hear(comments: DocumentComments): void {
    this.#suppressions.read(comments)
  }

  /**
   * Counts a finding that comes after all others, if nobody will see it: so its place need not be found. Returns whether that is
   * all.
   */
  countBeyond(code: string, own: DiagnosticSeverity): boolean {
    // A comment silences by the place.
    if (this.#suppressions.hasComments) return false
    const severity = this.#severityOf(code, own)
    return severity === 'off' || this.#findings.countBeyond(severity)
  }

  add(finding: Finding): void {
    const severity = this.#severityOf(finding.code, finding.severity)
    if (severity === 'off') return
    const { most } = this.#rules
    if (isRuleCode(finding.code)) {
      const silencer = this.#suppressions.silencerOf(finding.code, finding.span)
      if (silencer !== undefined) {
        this.#suppressed += 1
        if (this.#silenced.length < most) this.#silenced.push({ ...finding, severity, reason: silencer.reason })
        return
      }
    }
    this.#findings.add({ ...finding, severity })
  }

  /** Notes that the service refuses what is written in a stretch of the file. */
  addRefused({ start }: Span): void {
    this.#refused.push(start)
  }

  /** Adds what there is to report about comments. */
  finish(): void {
    for (const { kind, ...fault } of this.#suppressions.faults((code, span) => this.#hasRun(code, span))) {
      const { code, severity } = SUPPRESSION_RULES[kind]
      const told = this.#severityOf(code, severity)
      if (told !== 'off')
        this.#findings.add({ document: this.#documentOf(fault.span), severity: told, code, loc: [], ...fault })
    }
  }

  #severityOf(code: string, own: DiagnosticSeverity): DiagnosticSeverity | 'off' {
    return (isRuleCode(code) ? this.#rules.policy.severityOf(code) : undefined) ?? own
  }

  #hasRun(code: string, span: Span): boolean {
    const isAcross = ACROSS_RULES.some((rule) => rule.code === code)
    if (isAcross && this.#rules.acrossRules?.has(code) !== true) return false
    if (code === 'unknown-field') return true
    const { documentEnds } = this.#suppressions
    const document = this.#documentOf(span)
    const begin = documentEnds[document - 1] ?? 0
    // The starts are in order: documents are read one after the other.
    const refused = this.#refused[upperBound(this.#refused, begin - 1)]
    return refused === undefined || refused >= (documentEnds[document] ?? Number.POSITIVE_INFINITY)
  }

  #documentOf({ start }: Span): number {
    return upperBound(this.#suppressions.documentEnds, start)
  }
}
