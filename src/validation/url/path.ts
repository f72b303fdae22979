import { ENCODED_IN, percentEncode } from './percent-encode.js'

/** How the parser treats a scheme: https://url.spec.whatwg.org/#special-scheme */
export type SchemeKind = 'special' | 'file' | 'other'

/**
 * The normal form of a path, from what stands behind its first slash: dots resolved, the rest encoded. A path of a file
 * has no empty segments in front, and may begin with a drive letter, which `..` does not remove.
 */
export function normalPath(text: string, scheme: SchemeKind): string {
  const segments: string[] = []
  const written = text.split(scheme === 'other' ? '/' : /[/\\]/)
  for (const [index, raw] of written.entries()) {
    const isLast = index + 1 === written.length
    const segment = percentEncode(raw, ENCODED_IN.path)
    if (isDoubleDot(segment)) {
      const keepsDrive = scheme === 'file' && segments.length === 1 && DRIVE.test(segments[0] ?? '')
      if (!keepsDrive) segments.pop()
      if (isLast) segments.push('')
    } else if (isSingleDot(segment)) {
      if (isLast) segments.push('')
    } else if (scheme === 'file' && segments.length === 0) {
      segments.push(...driveSegments(segment))
    } else {
      segments.push(segment)
    }
  }
  const path = `/${segments.join('/')}`
  return scheme === 'file' ? path.replace(/^\/+/, '/') : path
}

/** Whether the path of a file begins with a drive letter: then it has no host. */
export function beginsWithDrive(path: string): boolean {
  return /^\/[A-Za-z]:(?:\/|$)/.test(path)
}

const DRIVE = /^[A-Za-z]:$/

/** `C|` is the drive `C:`; and what is written behind a drive without a slash gets one. */
function driveSegments(segment: string): string[] {
  if (/^[A-Za-z]\|$/.test(segment)) return [`${segment.charAt(0)}:`]
  return /^[A-Za-z]:./.test(segment) ? [segment.slice(0, 2), segment.slice(2)] : [segment]
}

function isSingleDot(segment: string): boolean {
  return segment === '.' || segment === '%2e' || segment === '%2E'
}

function isDoubleDot(segment: string): boolean {
  return segment.length <= 6 && /^(?:\.|%2[eE]){2}$/.test(segment)
}
