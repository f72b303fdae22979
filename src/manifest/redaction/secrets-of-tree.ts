import { isHidden, isSecretKey, type Stretch, userInfoIn } from '../../display/index.js'
import type { SourceNode, SourceScalar } from '../source-node.js'

/** Receives a secret: its place in the text, and its value. */
export type NoteSecret = (stretch: Stretch, value: string) => void

type Visit = readonly [node: SourceNode, isSecret: boolean]

/**
 * Finds the secrets of a document: every value under a key that names a secret, both at an alias and at its anchor, and the
 * user info of URLs. Visits shared nodes once.
 */
export function secretsOfTree(root: SourceNode, text: string, note: NoteSecret): void {
  const visited = { open: new Set<readonly unknown[]>(), secret: new Set<readonly unknown[]>() }
  const pending: Visit[] = [[root, false]]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const [node, isSecret] = visit
    if (node.kind === 'scalar') {
      if (isSecret) noteScalar(node, note)
      else noteUserInfo(node, text, note)
      continue
    }
    const contents = node.kind === 'mapping' ? node.entries : node.items
    const known = isSecret ? visited.secret : visited.open
    if (known.has(contents)) continue
    known.add(contents)
    if (node.kind === 'sequence') for (const item of node.items) pending.push([item, isSecret])
    else for (const { key, value } of node.entries) pending.push([value, isSecret || isSecretKey(key)])
  }
}

function noteScalar({ span, origin, value, spelling }: SourceScalar, note: NoteSecret): void {
  if (!isHidden(value)) return
  for (const place of [span, origin]) if (place !== undefined) note(place, String(value))
  if (spelling !== undefined && span !== undefined) note(span, spelling)
}

/** If written literally, only its own stretch. If written with escapes or on several lines, the whole value. */
function noteUserInfo({ span, origin, value }: SourceScalar, text: string, note: NoteSecret): void {
  const place = origin ?? span
  if (place === undefined || typeof value !== 'string') return
  for (const { start, end } of userInfoIn(value)) {
    const secret = value.slice(start, end)
    const written = text.slice(place.start, place.end)
    const at = written.indexOf(secret)
    const stretch = at < 0 ? place : { start: place.start + at, end: place.start + at + secret.length }
    note(stretch, secret)
    // Messages may quote only a part.
    for (const part of secret.split(':')) note(stretch, part)
  }
}
