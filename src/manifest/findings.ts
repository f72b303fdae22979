import type { DiagnosticSeverity } from './diagnostic.js'
import type { Correctable } from './fixes/correctable.js'
import type { Span } from './source-node.js'

/** A diagnostic without its file. */
export interface Finding {
  readonly document: number
  readonly severity: DiagnosticSeverity
  readonly code: string
  readonly loc: readonly (string | number)[]
  readonly span: Span
  readonly message: string
  readonly help: string
  readonly related?: readonly RelatedSpan[]
  readonly correctable?: Correctable
}

/** A second place of a finding, and what it shows. */
export interface RelatedSpan {
  readonly span: Span
  readonly message: string
}

/** The number of diagnostics of each severity. */
export type Counts = Record<DiagnosticSeverity, number>

/**
 * The findings of one file. Counts all of them, but keeps only a limited number: errors first, then
 * warnings, then infos, and of each the first ones in the file.
 */
export class Findings {
  readonly counts: Counts = { error: 0, warning: 0, info: 0 }
  readonly #most: number
  #kept: Finding[] = []
  #last: Finding | undefined

  constructor(most: number) {
    this.#most = most
  }

  add(finding: Finding): void {
    this.counts[finding.severity] += 1
    if (this.#most === 0) return
    if (this.#last !== undefined && byRank(finding, this.#last) >= 0) return
    this.#kept.push(finding)
    if (this.#kept.length >= 2 * this.#most + SPARE) this.#cut()
  }

  /** Counts a finding that comes after all others, if it would not be kept. Returns whether it is only counted. */
  countBeyond(severity: DiagnosticSeverity): boolean {
    const isBeyond = this.#most === 0 || (this.#last !== undefined && RANKS[severity] >= RANKS[this.#last.severity])
    if (isBeyond) this.counts[severity] += 1
    return isBeyond
  }

  /** The kept findings, in text order. */
  inOrder(): Finding[] {
    this.#cut()
    return this.#kept.sort(byPlace)
  }

  #cut(): void {
    this.#kept.sort(byRank)
    if (this.#kept.length <= this.#most) return
    this.#kept.length = this.#most
    this.#last = this.#kept.at(-1)
  }
}

/** Sort only now and then, even if the limit is small. */
const SPARE = 100

const RANKS: Readonly<Record<DiagnosticSeverity, number>> = { error: 0, warning: 1, info: 2 }

function byRank(a: Finding, b: Finding): number {
  return RANKS[a.severity] - RANKS[b.severity] || byPlace(a, b)
}

function byPlace(a: Finding, b: Finding): number {
  return a.span.start - b.span.start || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
}
