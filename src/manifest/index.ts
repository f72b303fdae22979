export {
  type CheckManifestOptions,
  checkManifest,
  DEFAULT_MAX_DIAGNOSTICS,
  MAX_MANIFEST_SIZE,
  type ManifestFormat,
} from './check-manifest.js'
export {
  type CheckSummary,
  type Diagnostic,
  type DiagnosticSeverity,
  type Fix,
  type ManifestCheck,
  type ManifestErrorCode,
  type RelatedPlace,
  type SuppressedDiagnostic,
  summaryOf,
  type TextEdit,
} from './diagnostic.js'
export type { Excerpt } from './redaction/excerpt.js'
export { pageOf } from './rule-page.js'
export type { Place } from './source-text.js'
