import type { ReadDocument } from './file-error.js'
import { readJsonDocument, readJsonLines } from './json-source.js'
import type { LexemeListener } from './lexeme-listener.js'
import { formatOf, type ManifestFormat } from './manifest-format.js'
import { readYamlDocuments } from './yaml-source.js'

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
