/**
 * What IDNA demands of a domain beyond what every runtime's `URL` checks: https://unicode.org/reports/tr46/#Validity_Criteria.
 * Some runtimes let pass a label in Punycode that stands for nothing allowed, and directions that do not go together.
 */

import { isLongerThan } from '../text.js'
import { asciiByRuntime } from './runtime-idna.js'

/** Whether the labels of an ASCII domain are what IDNA allows. */
export function areValidLabels(domain: string): boolean {
  const labels = domain.split('.').map(unicodeLabel)
  if (!labels.every((label) => label !== undefined)) return false
  const classes = labels.map((label) => Array.from(label, bidiClass))
  const isBidi = classes.some((label) => label.some((kind) => kind === 'R' || kind === 'AN'))
  return !isBidi || classes.every(isValidDirection)
}

/** A label as it reads, or undefined if it is in Punycode without need, or stands for what IDNA would write otherwise. */
function unicodeLabel(label: string): string | undefined {
  if (!label.startsWith('xn--')) return label
  const decoded = label.length > LONGEST_PUNYCODE ? undefined : decodePunycode(label.slice(4))
  if (decoded === undefined || isLongerThan(decoded, LONGEST_LABEL)) return undefined
  return asciiByRuntime(decoded) === label ? decoded : undefined
}

/** The limits of Rust's `idna`, in characters: Punycode takes time that grows with the square of the length. */
const LONGEST_LABEL = 1000
const LONGEST_PUNYCODE = 2000

/** https://www.rfc-editor.org/rfc/rfc3492#section-6.2 */
function decodePunycode(text: string): string | undefined {
  const delimiter = text.lastIndexOf('-')
  const output = Array.from(text.slice(0, Math.max(delimiter, 0)), (character) => character.charCodeAt(0))
  let codePoint = 0x80
  let index = 0
  let bias = 72
  for (let at = delimiter + 1; at < text.length; ) {
    const before = index
    let weight = 1
    for (let k = 36; ; k += 36) {
      const digit = '0123456789'.includes(text.charAt(at))
        ? text.charCodeAt(at) - 0x30 + 26
        : text.charCodeAt(at) - 0x61
      if (!(digit >= 0 && digit < 36)) return undefined
      at += 1
      index += digit * weight
      const threshold = Math.min(Math.max(k - bias, 1), 26)
      if (digit < threshold) break
      weight *= 36 - threshold
      if (weight > 2 ** 31) return undefined
    }
    const length = output.length + 1
    bias = adapted(index - before, length, before === 0)
    codePoint += Math.floor(index / length)
    if (codePoint > 0x10ffff) return undefined
    index %= length
    output.splice(index, 0, codePoint)
    index += 1
  }
  return String.fromCodePoint(...output)
}

function adapted(delta: number, length: number, isFirst: boolean): number {
  let scaled = Math.floor(delta / (isFirst ? 700 : 2))
  scaled += Math.floor(scaled / length)
  let k = 0
  for (; scaled > 455; k += 36) scaled = Math.floor(scaled / 35)
  return k + Math.floor((36 * scaled) / (scaled + 38))
}

/** The classes of https://www.rfc-editor.org/rfc/rfc5893 as far as its rule tells them apart: R is R or AL, N is neutral. */
type BidiClass = 'L' | 'R' | 'AN' | 'EN' | 'NSM' | 'N'

/** Regular expressions know no bidirectional classes; these blocks and general categories give them for what IDNA allows. */
const CLASSES: readonly (readonly [BidiClass, RegExp])[] = [
  ['AN', /[\u0600-\u0605\u0660-\u0669\u066b\u066c\u06dd\u0890\u0891\u08e2\u{10d30}-\u{10d39}\u{10e60}-\u{10e7e}]/u],
  ['EN', /[0-9\u06f0-\u06f9]/],
  ['NSM', /[\p{Mn}\p{Me}]/u],
  ['R', /(?=[\p{L}\p{N}])[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u],
  ['L', /[\p{L}\p{N}\p{Mc}]/u],
]

function bidiClass(character: string): BidiClass {
  return CLASSES.find(([, pattern]) => pattern.test(character))?.[0] ?? 'N'
}

/** The rule of RFC 5893 for a label of a domain that holds anything written from right to left. */
function isValidDirection(label: readonly BidiClass[]): boolean {
  const [first] = label
  if (first === undefined) return true
  const last = label.findLast((kind) => kind !== 'NSM')
  if (first === 'R') {
    const isMixed = label.includes('EN') && label.includes('AN')
    return !label.includes('L') && !isMixed && last !== 'N'
  }
  return first === 'L' && !label.includes('R') && !label.includes('AN') && (last === 'L' || last === 'EN')
}
