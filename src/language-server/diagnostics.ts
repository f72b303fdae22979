import { DiagnosticSeverity, DiagnosticTag, type Diagnostic as EditorDiagnostic } from 'vscode-languageserver-protocol'
import type { Diagnostic } from '../manifest/index.js'
import type { EditedDocument } from './edited-document.js'

/** A diagnostic of the check, in the form of the protocol: the same text, code and place. */
export function editorDiagnostic(diagnostic: Diagnostic, edited: EditedDocument): EditorDiagnostic {
  const { severity, code, loc, message, help, url, related } = diagnostic
  const where = loc.length === 0 ? '' : `${loc.join('.')}: `
  return {
    range: edited.rangeOfPlace(diagnostic),
    severity: SEVERITIES[severity],
    code,
    codeDescription: { href: url },
    source: 'model-entity',
    message: `${where}${message}\n${help}`,
    ...(code === 'unused-suppression' && { tags: [DiagnosticTag.Unnecessary] }),
    ...(related && {
      relatedInformation: related.map((place) => ({
        location: { uri: edited.document.uri, range: edited.rangeOfPlace(place) },
        message: place.message,
      })),
    }),
  }
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const
