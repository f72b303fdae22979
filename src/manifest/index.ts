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
  type ManifestCheck,
  type ManifestErrorCode,
  summaryOf,
} from './diagnostic.js'
export type { Excerpt } from './redaction/excerpt.js'
export type { Place } from './source-text.js'
