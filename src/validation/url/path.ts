import { IN_PATH, percentEncode } from './percent-encode.js'
import { BACKSLASH, HOST_AND_DRIVE, lastViolation, type Violation } from './violations.js'

/** How the parser treats a scheme: https://url.spec.whatwg.org/#special-scheme */
export type SchemeKind = 'special' | 'file' | 'other'

/** A path in normal form. */
export interface NormalPath {
  readonly text: string
  /** Whether it starts with a drive letter. Then a file URL has no host. */
  readonly hasDrive: boolean
  /** The last syntax violation, if any. Strict mode refuses it. */
  readonly violation: Violation | undefined
}

/**
 * The normal form of a path, from the text after its first slash: resolves dot segments and encodes the rest.
 *
 * @param hasHost - whether a drive letter would replace a host, which strict mode refuses
 */
export function normalPath(text: string, scheme: SchemeKind, hasHost = false): NormalPath {
  const segments: string[] = []
  let hasDrive = false
  let violation: Violation | undefined
  for (const { raw, end } of segmentsOf(text, scheme)) {
    violation = lastViolation(raw) ?? violation
    if (end === '\\') violation = BACKSLASH
    const segment = percentEncode(raw, IN_PATH)
    const isDot = SINGLE_DOT.test(segment)
    if (isDot || DOUBLE_DOT.test(segment)) {
      // The library treats any segment that looks like a drive letter as one.
      if (!isDot && !DRIVE.test(segments.at(-1) ?? '')) segments.pop()
      if (end === '') segments.push('')
    } else if (scheme === 'file' && segments.length === 0 && DRIVE.test(segment)) {
      segments.push(`${segment.charAt(0)}:`)
      if (hasHost && !hasDrive) violation = HOST_AND_DRIVE
      hasDrive = true
    } else {
      segments.push(segment)
    }
  }
  const path = `/${segments.join('/')}`
  return { text: scheme === 'file' ? path.replace(/^\/+/, '/') : path, hasDrive, violation }
}

const DRIVE = /^[A-Za-z][:|]$/
const SINGLE_DOT = /^(?:\.|%2[eE])$/
const DOUBLE_DOT = /^(?:\.|%2[eE]){2}$/

/** The segments of a path, each with the slash that ends it. */
function segmentsOf(text: string, scheme: SchemeKind): { readonly raw: string; readonly end: string }[] {
  // The separators are captured, so segments and separators alternate.
  const pieces = text.split(scheme === 'other' ? /(\/)/ : /([/\\])/)
  const segments: { raw: string; end: string }[] = []
  for (let at = 0; at < pieces.length; at += 2) segments.push({ raw: pieces[at] ?? '', end: pieces[at + 1] ?? '' })
  return segments
}
