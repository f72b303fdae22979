import { documentsIn } from './documents.js'
import { Redaction } from './redaction/redaction.js'
import { plainValue } from './source-node.js'
import { decodeUtf8, SourceText } from './source-text.js'

/** The value of a manifest, or a short reason why it cannot be read. */
export type ReadManifest = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }

/** Reads the single document of a manifest, like {@link checkManifest}. */
export function readManifest(bytes: Uint8Array, file: string): ReadManifest {
  const decoded = decodeUtf8(bytes)
  if (!decoded.ok) return { ok: false, why: 'it is not UTF-8' }
  const source = new SourceText(decoded.text)
  let value: unknown
  let isRead = false
  for (const document of documentsIn(source.text, { file })) {
    if (document.kind === 'empty') continue
    if (document.kind === 'errors') {
      const redaction = new Redaction(source.text)
      redaction.addText()
      const [{ message = '', span = { start: 0, end: 0 } } = {}] = document.errors
      return { ok: false, why: `${redaction.prose(message)}, in line ${source.placeOf(span).line}` }
    }
    if (isRead) return { ok: false, why: 'it contains several documents' }
    value = plainValue(document.root)
    isRead = true
  }
  return { ok: true, value }
}
