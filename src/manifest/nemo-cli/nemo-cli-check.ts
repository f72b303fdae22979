/**
 * What the platform's own command, `nemo models create NAME --input-file FILE`, refuses before the service sees anything. It
 * reads the file with PyYAML's `safe_load`, whatever its name, and sends what it reads as JSON.
 */

import type { Reading } from '../documents.js'
import type { ReadDocument } from '../file-error.js'
import type { Finding } from '../findings.js'
import type { LexemeListener } from '../lexeme-listener.js'
import { formatOf } from '../manifest-format.js'
import { yamlTokens } from '../yaml-tokens.js'
import { documentRefusals } from './document-refusals.js'
import { LexicalRefusals, refusedCharacters } from './lexical-refusals.js'
import type { NemoCliRefusal } from './refusal.js'

/** Collects the reasons of one file while it is read. */
export class NemoCliCheck {
  readonly #refusals: NemoCliRefusal[] = []
  readonly #tell = (refusal: NemoCliRefusal) => {
    if (this.#refusals.length < MOST) this.#refusals.push(refusal)
  }
  #isRead = true
  #emptyStart: number | undefined

  /** Hears the lexemes of a YAML file. */
  listener({ file = '', format = formatOf(file) }: Reading): LexemeListener | undefined {
    return format === 'yaml' ? new LexicalRefusals(this.#tell) : undefined
  }

  /** The next document of the file. */
  document(document: ReadDocument, index: number): void {
    if (document.kind === 'errors') this.#isRead = false
    if (document.kind === 'empty' && index > 0) this.#emptyStart = index
    documentRefusals(document, index, this.#tell)
  }

  /** All reasons, as findings. What is not YAML or JSON at all is reported as that. */
  refusals(text: string, { file = '', format = formatOf(file) }: Reading): readonly Finding[] {
    if (!this.#isRead) return []
    // JSON is read as YAML too.
    if (format !== 'yaml') yamlTokens(text, new LexicalRefusals(this.#tell))
    else if (this.#emptyStart !== undefined) {
      const span = { start: text.length, end: text.length }
      this.#tell({ span, message: 'The command reads one document only', help: 'remove the "---" at the end' })
    }
    refusedCharacters(text, this.#tell)
    return this.#refusals.map(({ loc = [], warning, ...refusal }) => {
      const severity = warning === undefined ? 'error' : 'warning'
      return { document: 0, severity, code: warning ?? 'not-for-nemo-cli', loc, ...refusal }
    })
  }
}

/** More reasons than this are not collected. */
const MOST = 1000
