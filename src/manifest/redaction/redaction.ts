import { MASK, maskUserInfo, type Stretch, secretsInText, userInfoIn } from '../../display/index.js'
import type { SourceNode } from '../source-node.js'
import { secretsOfTree } from './secrets-of-tree.js'

/** A shorter secret is hidden where it stands, but not wherever its letters stand: `1` and `true` are everywhere. */
const SHORTEST = 4

/** Of more different secrets than this a message is not searched: all that it quotes is hidden. */
const MOST = 200

/** How much of a value a message quotes. */
const LONGEST_QUOTE = 60

/** What of one file must not be shown, and the texts of it that may. */
export class Redaction {
  readonly #text: string
  #stretches: Stretch[] = []
  #isSorted = true
  readonly #secrets = new Set<string>()
  #line: { readonly start: number; readonly stretches: readonly Stretch[] } | undefined
  #isSearched = false

  constructor(text: string) {
    this.#text = text
  }

  /** Notes the secrets of a document that has been read. */
  addDocument(root: SourceNode): void {
    secretsOfTree(root, this.#text, (stretch, value) => this.#note(stretch, value))
  }

  /** Notes the secrets of a file with a document that could not be read, by what its text looks like. */
  addText(): void {
    if (this.#isSearched) return
    this.#isSearched = true
    for (const stretch of secretsInText(this.#text)) {
      const written = this.#text.slice(stretch.start, Math.min(stretch.end, stretch.start + 10_000))
      this.#note(stretch, written.trim())
      for (const word of written.split(/[\s,"'[\]{}]+/)) this.#note(stretch, word)
    }
    for (const stretch of userInfoIn(this.#text)) this.#note(stretch, this.#text.slice(stretch.start, stretch.end))
  }

  #note(stretch: Stretch, value: string): void {
    if (this.#stretches.at(-1)?.start !== stretch.start || this.#stretches.at(-1)?.end !== stretch.end) {
      this.#stretches.push(stretch)
      this.#isSorted = false
    }
    if (value.length >= SHORTEST && this.#secrets.size <= MOST) this.#secrets.add(value)
  }

  /** A message that may be shown. */
  prose(text: string): string {
    let shown = text
    if (this.#secrets.size > MOST) shown = shown.replace(/"(?:[^"\\]|\\.)*"?…?|(?<=the number )\S+/g, MASK)
    else for (const secret of this.#secrets) shown = withoutSecret(shown, secret)
    return maskUserInfo(shown)
  }

  /** What may be shown of a stretch of one line, whose bounds are given as well. */
  shown({ start, end }: Stretch, line: Stretch): string {
    const pieces: string[] = []
    let at = start
    const stretches = this.#hiddenIn(line)
    for (let index = firstEndingAfter(stretches, start); at < end; index += 1) {
      const hidden = stretches[index]
      if (hidden === undefined || hidden.start >= end) break
      if (hidden.start > at) pieces.push(this.#text.slice(at, hidden.start))
      pieces.push(MASK)
      at = Math.min(hidden.end, end)
    }
    if (at < end) pieces.push(this.#text.slice(at, end))
    return pieces.join('')
  }

  /** The hidden stretches of a line, in order and apart; kept for the next that asks for the same line. */
  #hiddenIn(line: Stretch): readonly Stretch[] {
    if (this.#line?.start === line.start) return this.#line.stretches
    const text = this.#text.slice(line.start, line.end)
    const byLook = [...secretsInText(text), ...userInfoIn(text), ...this.#copiesIn(text)].map(({ start, end }) => ({
      start: line.start + start,
      end: line.start + end,
    }))
    const stretches = apart([...this.#stretchesIn(line), ...byLook])
    this.#line = { start: line.start, stretches }
    return stretches
  }

  /** Where a secret stands once more, under a key that does not name it; not searched for where there are too many. */
  #copiesIn(text: string): Stretch[] {
    if (this.#secrets.size > MOST) return []
    const found: Stretch[] = []
    for (const secret of this.#secrets) {
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
        found.push({ start: at, end: at + secret.length })
      }
    }
    return found
  }

  #stretchesIn(line: Stretch): readonly Stretch[] {
    if (!this.#isSorted) {
      this.#stretches = apart(this.#stretches)
      this.#isSorted = true
    }
    const first = firstEndingAfter(this.#stretches, line.start)
    let last = first
    while ((this.#stretches[last]?.start ?? line.end) < line.end) last += 1
    return this.#stretches.slice(first, last)
  }
}

/** The index of the first of ordered stretches that ends behind an offset. */
function firstEndingAfter(stretches: readonly Stretch[], offset: number): number {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((stretches[middle]?.end ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Stretches in order, those that meet made one. */
function apart(stretches: readonly Stretch[]): Stretch[] {
  const sorted = [...stretches].sort((one, other) => one.start - other.start || other.end - one.end)
  const found: { start: number; end: number }[] = []
  for (const { start, end } of sorted) {
    const last = found.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else found.push({ start, end })
  }
  return found
}

/** A text without a secret, also where it quotes it with escapes or only the beginning of it. */
function withoutSecret(text: string, secret: string): string {
  let shown = text.replaceAll(secret, MASK)
  const escaped = JSON.stringify(secret).slice(1, -1)
  if (escaped !== secret) shown = shown.replaceAll(escaped, MASK)
  const cut = shown.indexOf('"…')
  if (cut < 0) return shown
  for (let length = Math.min(escaped.length, LONGEST_QUOTE); length >= SHORTEST; length -= 1) {
    const beginning = escaped.slice(0, length)
    if (shown.slice(0, cut).endsWith(beginning)) return shown.slice(0, cut - length) + MASK + shown.slice(cut)
  }
  return shown
}
