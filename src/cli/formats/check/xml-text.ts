import { printable } from '../printable.js'

/** A text for XML. Control characters, which XML 1.0 cannot hold even as references, become escapes such as `\u0007`. */
export function xmlText(text: string): string {
  return printable(text)
    .replace(NOT_XML, escapeOf)
    .replace(/[&<>"']/g, (sign) => REFERENCES[sign] ?? sign)
}

/** Noncharacters that XML 1.0 excludes (production `Char`). Surrogates and controls are escaped before. */
const NOT_XML = /[\ufffe\uffff]/g

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
