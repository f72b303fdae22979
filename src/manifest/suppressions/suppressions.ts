import { upperBound } from '../sorted.js'
import type { Span } from '../source-node.js'
import type { SourceText } from '../source-text.js'
import type { DocumentComments } from '../yaml-comments.js'
import { type ParsedSuppression, parseSuppression } from './parse-suppression.js'

/** Something to report about a comment. */
export interface CommentFault {
  readonly kind: 'withoutReason' | 'unused'
  readonly span: Span
  readonly message: string
  readonly help: string
}

/** What silences a finding. */
export interface Silencer {
  readonly reason: string | undefined
}

/** The comments of one file that silence rules: which findings they silence, and which of them silence nothing. */
export class Suppressions {
  readonly #source: SourceText
  readonly #byLine = new Map<number, Comment[]>()
  readonly #regions: Region[] = []
  readonly #starts: number[] = []
  readonly #documentEnds: number[] = []
  readonly #comments: Comment[] = []
  readonly #faults: CommentFault[] = []
  /** The regions of the current document that are not ended yet, and how many documents come before it. */
  readonly #open = new Map<string, Region>()
  #documents = 0
  #lastText: string | undefined
  #lastParsed: ParsedSuppression | undefined

  constructor(source: SourceText) {
    this.#source = source
  }

  /** Whether any comments were met. */
  get hasComments(): boolean {
    return this.#comments.length > 0
  }

  /** The offsets where a document ends, in order. */
  get documentEnds(): readonly number[] {
    return this.#documentEnds
  }

  /** Takes in the comments of the next document, before anything is asked about it. */
  read({ comments, end }: DocumentComments): void {
    if (end !== undefined) this.#documentEnds.push(end)
    for (const { span, text } of comments) {
      const parsed = this.#parsed(text)
      if (parsed === undefined) continue
      for (; this.#endOf(this.#documents) < span.start; this.#documents += 1) this.#open.clear()
      const comment: Comment = { parsed, span, used: undefined }
      this.#note(comment)
      if (parsed.directive === 'disable-line') this.#addLine(this.#lineOf(span.start), comment)
      else if (parsed.directive === 'disable-next-line') this.#addLine(this.#nextLine(span.start), comment)
      else if (parsed.directive === 'disable') {
        for (const code of parsed.codes) {
          const region: Region = { code, comment, start: span.start, end: this.#endOf(this.#documents) }
          this.#open.set(code, region)
          this.#regions.push(region)
          this.#starts.push(span.start)
        }
      } else this.#enable(comment)
    }
  }

  #endOf(document: number): number {
    return this.#documentEnds[document] ?? Number.POSITIVE_INFINITY
  }

  /** The same comments are often written many times. */
  #parsed(text: string): ParsedSuppression | undefined {
    if (this.#lastText !== text) {
      this.#lastText = text
      this.#lastParsed = parseSuppression(text)
    }
    return this.#lastParsed
  }

  /** What silences a finding, if anything does. */
  silencerOf(code: string, span: Span): Silencer | undefined {
    const onLine = this.#byLine.get(this.#lineOf(span.start))?.find(({ parsed }) => parsed.codes.includes(code))
    const comment = onLine ?? this.#regionAt(code, span)?.comment
    if (comment === undefined) return undefined
    if (comment.used?.includes(code) !== true) comment.used = [...(comment.used ?? []), code]
    return comment.parsed
  }

  /**
   * What to report about the comments, when all findings have been asked for.
   *
   * @param hasRun - whether a rule has run at a place: where it has not, nobody knows whether the comment is needed
   */
  faults(hasRun: (code: string, span: Span) => boolean): readonly CommentFault[] {
    const unused = this.#comments.flatMap(({ parsed: { directive, codes }, used = [], span }): CommentFault[] => {
      const idle = directive === 'enable' ? [] : codes.filter((code) => !used.includes(code) && hasRun(code, span))
      if (idle.length === 0) return []
      const names = idle.map((code) => `"${code}"`).join(', ')
      return [{ kind: 'unused', span, message: `The comment silences nothing: no ${names} here`, help: 'remove it' }]
    })
    return [...this.#faults, ...unused]
  }

  /** The last region around a place. Regions are in order, and end with their document at the latest. */
  #regionAt(code: string, span: Span): Region | undefined {
    const begin = this.#documentEnds[upperBound(this.#documentEnds, span.start) - 1] ?? 0
    for (let index = upperBound(this.#starts, span.start) - 1; index >= 0; index -= 1) {
      const region = this.#regions[index]
      if (region === undefined || region.start < begin) return undefined
      if (isIn(region, code, span)) return region
    }
    return undefined
  }

  #note(comment: Comment): void {
    this.#comments.push(comment)
    const {
      span,
      parsed: { directive, codes, reason, faults },
    } = comment
    for (const fault of faults) this.#faults.push({ kind: 'unused', span, ...fault })
    if (directive === 'enable' || codes.length === 0 || reason !== undefined) return
    const message = `The comment does not say why ${codes.map((code) => `"${code}"`).join(', ')} may be ignored`
    this.#faults.push({ kind: 'withoutReason', span, message, help: 'write the reason behind " -- "' })
  }

  #addLine(line: number, comment: Comment): void {
    const known = this.#byLine.get(line)
    if (known === undefined) this.#byLine.set(line, [comment])
    else known.push(comment)
  }

  #enable({ parsed: { codes }, span }: Comment): void {
    const open = this.#open
    const ended = codes.length === 0 ? [...open.keys()] : codes
    const idle = ended.filter((code) => !open.has(code))
    for (const code of ended) {
      const region = open.get(code)
      if (region !== undefined) region.end = span.start
      open.delete(code)
    }
    if (idle.length === 0 && ended.length > 0) return
    const names = idle.map((code) => `"${code}"`).join(', ')
    const message = `The comment ends nothing: ${names === '' ? 'no rule is disabled' : `${names} is not disabled`} here`
    this.#faults.push({ kind: 'unused', span, message, help: 'remove it' })
  }

  #lineOf(offset: number): number {
    return this.#source.placeOf({ start: offset, end: offset }).line
  }

  /** The next line with more than a comment, so that several comments may stand above one line. */
  #nextLine(offset: number): number {
    let line = this.#lineOf(offset) + 1
    while (line <= this.#source.lineCount && /^\s*(?:#|$)/.test(this.#source.line(line))) line += 1
    return line
  }
}

interface Comment {
  readonly parsed: ParsedSuppression
  readonly span: Span
  /** The rules whose diagnostics it has silenced. */
  used: readonly string[] | undefined
}

/** From a `disable` to its `enable`, or to the end of the document. */
interface Region {
  readonly code: string
  readonly comment: Comment
  readonly start: number
  end: number
}

function isIn({ code, end }: Region, wanted: string, span: Span): boolean {
  return code === wanted && span.start < end
}
