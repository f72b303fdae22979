import { isLongerThan } from '../../text.js'
import { keepsDirections } from './bidi.js'
import { codePointSet } from './code-point-set.js'
import { keepsJoiners } from './joiners.js'
import { IGNORED, isRefusedByProperty, mapCharacter } from './properties.js'
import { decodePunycode, encodePunycode } from './punycode.js'
import { REFUSED } from './tables.js'

/**
 * Converts a domain to ASCII by https://www.unicode.org/reports/tr46/, with the options of the URL standard and like Rust's
 * `idna`: maps and composes first, then checks. Returns `undefined` if the domain is refused.
 *
 * The runtime's own `URL` cannot be used: runtimes have different tables, and some skip checks.
 */
export function idnaToAscii(domain: string): string | undefined {
  const mapped = map(domain)
  if (mapped === undefined || FORBIDDEN.test(mapped)) return undefined
  const labels: string[] = []
  for (const label of mapped.split('.')) {
    const text = label.startsWith('xn--') ? decoded(label) : label
    if (text === undefined || !isValidLabel(text)) return undefined
    labels.push(text)
  }
  if (!keepsDirections(labels)) return undefined
  return labels.map((label) => (isAscii(label) ? label : `xn--${encodePunycode(label)}`)).join('.')
}

/** Characters that a mapped domain must not contain: https://url.spec.whatwg.org/#forbidden-domain-code-point */
export const FORBIDDEN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/

const isRefused = codePointSet(REFUSED)

/** Maps and composes a text. Undefined if a character is refused. */
function map(text: string): string | undefined {
  let mapped = ''
  for (const character of text.replace(IGNORED, '')) {
    if (isRefusedByProperty(character) && character > '\x7f') return undefined
    if (isRefused(character)) return undefined
    mapped += mapCharacter(character)
  }
  return mapped.normalize('NFC')
}

/** Decodes a Punycode label. The result must already be in IDNA form, so that no domain has two spellings. */
function decoded(label: string): string | undefined {
  const code = label.slice('xn--'.length)
  if (code.endsWith('-') || code === '' || code.length > LONGEST_PUNYCODE || !isAscii(code)) return undefined
  const text = decodePunycode(code)
  if (text === undefined || text.includes('.') || FORBIDDEN.test(text)) return undefined
  return map(text) === text ? text : undefined
}

function isValidLabel(label: string): boolean {
  if (isAscii(label)) return true
  return !/^\p{M}/u.test(label) && keepsJoiners(label) && !isLongerThan(label, LONGEST_LABEL)
}

/** The limits of Rust's `idna`, in characters, because the time of Punycode is quadratic in the length. */
const LONGEST_LABEL = 1000
const LONGEST_PUNYCODE = 2000

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}
