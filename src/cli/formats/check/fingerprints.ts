import { createHash } from 'node:crypto'
import type { Diagnostic, Excerpt } from '../../../manifest/index.js'

/** Identifies a diagnostic in later versions of its file. */
export type Fingerprint = (one: Diagnostic, excerpt: Excerpt | undefined) => string

/**
 * Makes fingerprints that survive moved lines: of the file, the code, the path and the marked text, not of the line. The
 * index of a list item is left out, because items move too. Equal diagnostics are numbered.
 */
export function fingerprints(): Fingerprint {
  const counts = new Map<string, number>()
  return ({ file, code, loc, message }, excerpt) => {
    const path = loc.map((step) => (typeof step === 'number' ? '#' : step))
    const what = JSON.stringify([file, code, path, message, excerpt?.token ?? ''])
    const before = counts.get(what) ?? 0
    counts.set(what, before + 1)
    return createHash('sha256').update(`${what} ${before}`).digest('hex').slice(0, 32)
  }
}
