import type { Diagnostic, ManifestCheck } from './diagnostic.js'
import type { FileFindings } from './file-findings.js'
import type { Finding } from './findings.js'
import { excerptOf } from './redaction/excerpt.js'
import type { Redaction } from './redaction/redaction.js'
import { pageOf } from './rule-page.js'
import type { SourceText } from './source-text.js'

/** Converts the kept findings of a file into diagnostics: adds places, masks secrets and limits sizes. */
export function diagnosticsOf(
  findings: Pick<FileFindings, 'inOrder' | 'counts' | 'silenced' | 'suppressed'>,
  file: string,
  source: SourceText,
  redaction: Redaction,
  hasContext: boolean,
): Pick<ManifestCheck, 'diagnostics' | 'excerpts' | 'counts' | 'suppressed' | 'suppressedCount'> {
  const kept = findings.inOrder()
  const text = (long: string) => clipped(redaction.prose(clipped(long, 2 * MAX_TEXT)), MAX_TEXT)
  const diagnosticOf = ({ document, severity, code, loc, span, message, help }: Finding): Diagnostic => ({
    file,
    document,
    ...source.placeOf(span),
    severity,
    code,
    loc: shortened(loc, redaction),
    message: text(message),
    help: text(help),
    url: pageOf(code),
  })
  const excerpt = ({ span }: Finding) => excerptOf(source, redaction, span, { hasContext, related: [] })
  return {
    diagnostics: kept.map(diagnosticOf),
    excerpts: kept.map(excerpt),
    counts: findings.counts,
    suppressed: findings.silenced.map((finding) => ({
      diagnostic: diagnosticOf(finding),
      excerpt: excerpt(finding),
      kind: 'inSource',
      ...(finding.reason !== undefined && { justification: finding.reason }),
    })),
    suppressedCount: findings.suppressed,
  }
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
