export {
  type CheckManifestOptions,
  checkManifest,
  type ManifestFormat,
} from './check-manifest.js'
export {
  type CheckSummary,
  type Diagnostic,
  type DiagnosticSeverity,
  type Fix,
  isSkipped,
  type ManifestCheck,
  type ManifestErrorCode,
  type RelatedPlace,
  type SuppressedDiagnostic,
  summaryOf,
  type TextEdit,
} from './diagnostic.js'
export { DEFAULT_MAX_DIAGNOSTICS, MAX_MANIFEST_SIZE } from './limits.js'
export type { Excerpt } from './redaction/excerpt.js'
export { ALL_RULES, type RuleInfo } from './rule-catalogue.js'
export { pageOf } from './rule-page.js'
export type { Place } from './source-text.js'
