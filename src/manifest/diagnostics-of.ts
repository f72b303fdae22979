import { quoted } from '../lint/text.js'
import type { Diagnostic, Fix, ManifestCheck } from './diagnostic.js'
import type { FileFindings } from './file-findings.js'
import type { Finding } from './findings.js'
import { editOf } from './fixes/edit-of.js'
import { type Excerpt, excerptOf } from './redaction/excerpt.js'
import type { Redaction } from './redaction/redaction.js'
import { pageOf } from './rule-page.js'
import type { SourceText } from './source-text.js'

/** The file that diagnostics are about. */
export interface DiagnosedFile {
  readonly file: string
  readonly source: SourceText
  readonly redaction: Redaction
  readonly format: 'yaml' | 'json' | 'jsonl'
}

/** Converts the kept findings of a file into diagnostics: adds places, masks secrets and limits sizes. */
export function diagnosticsOf(
  findings: Pick<FileFindings, 'inOrder' | 'counts' | 'silenced' | 'suppressed'>,
  diagnosed: DiagnosedFile,
): Pick<ManifestCheck, 'diagnostics' | 'excerpts' | 'counts' | 'suppressed' | 'suppressedCount'> {
  const kept = findings.inOrder()
  return {
    diagnostics: kept.map((finding) => diagnosticOf(finding, diagnosed)),
    excerpts: kept.map((finding) => excerptFor(finding, diagnosed)),
    counts: findings.counts,
    suppressed: findings.silenced.map((finding) => ({
      diagnostic: diagnosticOf(finding, diagnosed),
      excerpt: excerptFor(finding, diagnosed),
      kind: 'inSource',
      ...(finding.reason !== undefined && { justification: finding.reason }),
    })),
    suppressedCount: findings.suppressed,
  }
}

function diagnosticOf(finding: Finding, diagnosed: DiagnosedFile): Diagnostic {
  const { document, severity, code, loc, span, message, help, related } = finding
  const { file, source, redaction } = diagnosed
  const text = (long: string) => clipped(redaction.prose(clipped(long, 2 * MAX_TEXT)), MAX_TEXT)
  const fix = fixOf(finding, diagnosed)
  return {
    file,
    document,
    ...source.placeOf(span),
    severity,
    code,
    loc: shortened(loc, redaction),
    message: text(message),
    help: text(help),
    url: pageOf(code),
    ...(related && { related: related.map((each) => ({ ...source.placeOf(each.span), message: text(each.message) })) }),
    ...(fix && { fix }),
  }
}

function excerptFor({ span, related = [] }: Finding, { source, redaction, format }: DiagnosedFile): Excerpt {
  return excerptOf(source, redaction, span, {
    hasContext: format !== 'jsonl',
    related: related.map((each) => each.span),
  })
}

/** How to correct a finding. A text that contains a secret is not shown, so it is not corrected. */
function fixOf({ correctable }: Finding, { source, redaction, format }: DiagnosedFile): Fix | undefined {
  if (correctable === undefined) return undefined
  const edit = editOf(correctable, { text: source.text, isJson: format !== 'yaml' })
  if (edit === undefined || edit.text.length > MAX_TEXT || redaction.prose(edit.text) !== edit.text) return undefined
  const title =
    correctable.kind === 'key'
      ? `rename ${quoted(clipped(redaction.prose(correctable.from), MAX_KEY))} to ${quoted(correctable.to)}`
      : `write ${edit.text}`
  return { title, edits: [{ ...source.placeOf(edit.span), text: edit.text }] }
}

/** The longest message or help, in UTF-16 code units. */
const MAX_TEXT = 1000

/** The longest key in a `loc` that is not cut, in UTF-16 code units, and the most steps. */
const MAX_KEY = 200
const MAX_STEPS = 50

/** Cuts long keys, and all steps after the first {@link MAX_STEPS}. `…` marks each cut. */
function shortened(loc: Finding['loc'], redaction: Redaction): (string | number)[] {
  const steps = loc.slice(0, MAX_STEPS).map((step) => {
    return typeof step === 'string' ? clipped(redaction.prose(clipped(step, MAX_TEXT)), MAX_KEY) : step
  })
  return loc.length > MAX_STEPS ? [...steps, '…'] : steps
}

function clipped(text: string, length: number): string {
  if (text.length <= length) return text
  const isInside = /[\ud800-\udbff]/.test(text.charAt(length - 1))
  return `${text.slice(0, isInside ? length - 1 : length)}…`
}
