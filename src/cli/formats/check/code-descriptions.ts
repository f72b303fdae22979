import { ALL_RULES, type DiagnosticSeverity, type ManifestErrorCode } from '../../../manifest/index.js'
import { ERROR_TYPES } from '../../../validation/index.js'

/** What the reports say about a code: one sentence, and its severity if nothing else is configured. */
export interface CodeDescription {
  readonly text: string
  readonly severity: DiagnosticSeverity
}

/** Describes a code of a diagnostic. An unknown one describes itself. */
export function describeCode(code: string, severity: DiagnosticSeverity): CodeDescription {
  return DESCRIPTIONS.get(code) ?? { text: code, severity }
}

const FILE_ERRORS: Readonly<Record<ManifestErrorCode, string>> = {
  yaml_syntax: 'The document is not YAML.',
  json_invalid: 'The document is not JSON.',
  duplicate_key: 'A key is given twice in one object.',
  not_utf8: 'The file is not UTF-8.',
  unreadable_file: 'The file cannot be read.',
  too_deep: 'The document is nested too deeply.',
  too_large: 'The file is too large.',
  alias_bomb: 'The document is too large with its aliases expanded.',
  missing_file: 'A name on the command line is not a file, a folder or a pattern that matches.',
  config_invalid: 'The config has a mistake.',
}

const DESCRIPTIONS: ReadonlyMap<string, CodeDescription> = new Map<string, CodeDescription>([
  ...Object.entries(ERROR_TYPES).map(([code, text]) => [code, { text: `${text}.`, severity: 'error' }] as const),
  ...Object.entries(FILE_ERRORS).map(([code, text]) => [code, { text, severity: 'error' }] as const),
  ...ALL_RULES.map(({ code, description, severity }) => [code, { text: description, severity }] as const),
])

/** All codes that are described. */
export const DESCRIBED_CODES: readonly string[] = [...DESCRIPTIONS.keys()]
