import type { ReadDocument } from './file-error.js'
import { readJsonDocument, readJsonLines } from './json-source.js'
import type { LexemeListener } from './lexeme-listener.js'
import { readYamlDocuments } from './yaml-source.js'

/** The file formats of manifests. */
export type ManifestFormat = (typeof FORMATS)[number]

/** The names of the formats. */
export const FORMATS = ['yaml', 'json', 'jsonl'] as const

/** How to read a text. */
export interface Reading {
  /** The name of the file. Its extension selects the format. */
  readonly file?: string
  readonly format?: ManifestFormat
  /** Hears the lexemes of a YAML text. */
  readonly listener?: LexemeListener
}

/** The documents of a text, one by one. */
export function documentsIn(
  text: string,
  { file = '', format = formatOf(file), listener }: Reading,
): Iterable<ReadDocument> {
  if (format === 'jsonl') return readJsonLines(text)
  return format === 'json' ? [readJsonDocument(text)] : readYamlDocuments(text, listener)
}

/** The format for a file extension, before `.gz` too. YAML if the extension is unknown. */
export function formatOf(file: string): ManifestFormat {
  if (/\.(?:jsonl|ndjson)(?:\.gz)?$/i.test(file)) return 'jsonl'
  return /\.json(?:\.gz)?$/i.test(file) ? 'json' : 'yaml'
}

/**
 * The format of a text without a file name. Text that starts with a brace or a bracket is JSON, or JSON Lines if its first
 * line is a complete value and more lines follow.
 */
export function guessedFormat(text: string): ManifestFormat {
  const trimmed = text.replace(/^[\ufeff\s]+/, '')
  if (!/^[[{]/.test(trimmed)) return 'yaml'
  const end = trimmed.indexOf('\n')
  if (end < 0 || trimmed.slice(end).trim() === '') return 'json'
  return readJsonDocument(trimmed.slice(0, end)).kind === 'value' ? 'jsonl' : 'json'
}
