import { isHidden, isSecretKey, type Stretch, urlSecretsIn } from '../../display/index.js'
import type { SourceNode, SourceScalar } from '../source-node.js'

/** Receives a secret: its place in the text, and its value. */
export type NoteSecret = (stretch: Stretch, value: string) => void

type Visit = readonly [node: SourceNode, isSecret: boolean]

/**
 * Finds the secrets of a document: every value under a key that names a secret, both at an alias and at its anchor, and the
 * secrets of URLs. Visits shared nodes once.
 */
export function secretsOfTree(root: SourceNode, text: string, note: NoteSecret): void {
  const visited = { open: new Set<readonly unknown[]>(), secret: new Set<readonly unknown[]>() }
  const pending: Visit[] = [[root, false]]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const [node, isSecret] = visit
    if (node.kind === 'scalar') {
      if (isSecret) noteScalar(node, note)
      else if (typeof node.value === 'string') noteUrl(node.value, node.origin ?? node.span, text, note)
      continue
    }
    const contents = node.kind === 'mapping' ? node.entries : node.items
    const known = isSecret ? visited.secret : visited.open
    if (known.has(contents)) continue
    known.add(contents)
    if (node.kind === 'sequence') for (const item of node.items) pending.push([item, isSecret])
    else
      for (const { key, keySpan, value } of node.entries) {
        pending.push([value, isSecret || isSecretKey(key)])
        noteUrl(key, keySpan, text, note)
      }
  }
}

function noteScalar({ span, origin, value, spelling }: SourceScalar, note: NoteSecret): void {
  if (!isHidden(value)) return
  for (const place of [span, origin]) if (place !== undefined) note(place, String(value))
  if (spelling !== undefined && span !== undefined) note(span, spelling)
  const place = span ?? origin
  // A single line of a longer secret, such as a private key, may occur elsewhere.
  if (place === undefined || typeof value !== 'string' || !value.includes('\n')) return
  for (const line of value.split('\n', MOST_LINES)) note(place, line.trim())
}

/** The most lines of one secret that are searched for elsewhere. */
const MOST_LINES = 50

/** If written literally, only its own stretch. If written with escapes or on several lines, the whole value. */
function noteUrl(value: string, place: Stretch | undefined, text: string, note: NoteSecret): void {
  if (place === undefined) return
  for (const { start, end } of urlSecretsIn(value)) {
    const secret = value.slice(start, end)
    const written = text.slice(place.start, place.end)
    const at = written.indexOf(secret)
    const stretch = at < 0 ? place : { start: place.start + at, end: place.start + at + secret.length }
    note(stretch, secret)
    // Messages may quote only a part.
    for (const part of secret.split(':')) note(stretch, part)
  }
}
