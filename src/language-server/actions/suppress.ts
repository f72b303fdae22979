/** Silences a diagnostic with a comment. */

import type { ReadDocument } from '../../manifest/file-error.js'
import { hasSameData } from '../../manifest/fixes/same-data.js'
import type { Diagnostic, ManifestCheck } from '../../manifest/index.js'
import type { Span } from '../../manifest/source-node.js'
import type { SourceText } from '../../manifest/source-text.js'
import { parseSuppression } from '../../manifest/suppressions/parse-suppression.js'

/** A comment to insert. */
export interface Insertion {
  readonly offset: number
  readonly text: string
  /** Where in the text the reason is to be written. Undefined if the comment that is there has one. */
  readonly reasonAt: number | undefined
}

/** What a suppression needs to know beside the text. */
export interface SuppressContext {
  readonly source: SourceText
  readonly check: (text: string) => ManifestCheck
  readonly read: (text: string) => readonly ReadDocument[]
}

/**
 * The comment that silences a diagnostic and changes nothing else. Undefined for an error of the service, and where no comment
 * can stand, as inside a text of several lines.
 */
export function suppressionOf(diagnostic: Diagnostic, { source, check, read }: SuppressContext): Insertion | undefined {
  const { code } = diagnostic
  const comment = `# model-entity-disable-line ${code} -- reason`
  if ((parseSuppression(comment)?.faults.length ?? 1) > 0) return undefined
  const { text } = source
  let before: readonly ReadDocument[] | undefined
  for (const insertion of candidates(diagnostic, source)) {
    const changed = text.slice(0, insertion.offset) + insertion.text + text.slice(insertion.offset)
    const { suppressed } = check(changed)
    const isSilenced = suppressed.some(
      ({ diagnostic: other }) => other.code === code && String(other.loc) === String(diagnostic.loc),
    )
    if (!isSilenced) continue
    before ??= read(text)
    if (hasSameData(before, read(changed), {})) return insertion
  }
  return undefined
}

function* candidates({ code, line }: Diagnostic, source: SourceText): Generator<Insertion> {
  const start = source.offsetOf(line, 1)
  const own = source.lineAround(start)
  const above = line > 1 ? source.lineAround(start - 1) : undefined
  for (const [span, directive] of [
    [own, 'disable-line'],
    [above, 'disable-next-line'],
  ] as const) {
    const offset = span && endOfCodes(source.text, span, directive)
    if (offset !== undefined) yield { offset, text: ` ${code}`, reasonAt: undefined }
  }
  const end = own.start + source.text.slice(own.start, own.end).trimEnd().length
  yield inserted(end, ` # model-entity-disable-line ${code} --`, '')
  const indent = /^[ ]*/.exec(source.text.slice(own.start, own.end))?.[0] ?? ''
  const lineEnd = source.text[own.end] === '\r' ? '\r\n' : '\n'
  yield inserted(own.start, `${indent}# model-entity-disable-next-line ${code} --`, lineEnd)
}

function inserted(offset: number, comment: string, end: string): Insertion {
  return { offset, text: comment + end, reasonAt: comment.length }
}

/** Where another rule can be added to the comment of a line. */
function endOfCodes(text: string, { start, end }: Span, directive: string): number | undefined {
  const line = text.slice(start, end)
  const at = line.search(new RegExp(`#+[ \\t]*model-entity-${directive}(?![\\w-])`))
  if (at < 0) return undefined
  const codes = line.slice(at).search(/[ \t]+--(?:\s|$)/)
  return start + (codes < 0 ? line.trimEnd().length : at + codes)
}
