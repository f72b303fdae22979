import { MASK, maskText, maskUrls, type Stretch, secretsInText, urlSecretsIn } from '../../display/index.js'
import type { SourceNode } from '../source-node.js'
import { secretsOfTree } from './secrets-of-tree.js'

/** A shorter secret is masked only at its own place: texts such as `1` and `true` occur everywhere. */
const SHORTEST = 4

/** With more distinct secrets than this, messages are not searched for each: everything they quote is masked. */
export const MOST_SECRETS = 200

/** The most characters of a value that a message quotes. */
const LONGEST_QUOTE = 60

/** The most lines whose stretches are cached. */
const MOST_LINES = 8

/** Knows the secrets of one file, and masks them in texts to show. */
export class Redaction {
  readonly #text: string
  #stretches: Stretch[] = []
  #isSorted = true
  readonly #secrets = new Set<string>()
  readonly #lines = new Map<string, readonly Stretch[]>()
  #isSearched = false

  /** @param known - secrets of other parts of the file */
  constructor(text: string, known: Iterable<string> = []) {
    this.#text = text
    for (const secret of known) this.#secrets.add(secret)
  }

  /** The secrets that are masked wherever they occur; after one more than {@link MOST_SECRETS}, no more are kept. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets
  }

  /** Adds the secrets of a document that could be read. */
  addDocument(root: SourceNode): void {
    secretsOfTree(root, this.#text, (stretch, value) => this.#note(stretch, value))
  }

  /** Adds the secrets of a file with an unreadable document, by searching its text. */
  addText(): void {
    if (this.#isSearched) return
    this.#isSearched = true
    for (const stretch of secretsInText(this.#text)) {
      const written = this.#text.slice(stretch.start, Math.min(stretch.end, stretch.start + 10_000))
      this.#note(stretch, written.trim())
      for (const word of written.split(/[\s,"'[\]{}]/)) {
        this.#note(stretch, word)
        // A message names a tag, an anchor or an alias in its own way.
        this.#note(stretch, word.replace(/^[*&!]+/, ''))
      }
    }
    for (const stretch of urlSecretsIn(this.#text)) this.#note(stretch, this.#text.slice(stretch.start, stretch.end))
  }

  #note(stretch: Stretch, value: string): void {
    if (this.#stretches.at(-1) !== stretch) {
      this.#stretches.push(stretch)
      this.#isSorted = false
    }
    if (value.length >= SHORTEST && this.#secrets.size <= MOST_SECRETS) this.#secrets.add(value)
  }

  /** A message with secrets masked. */
  prose(text: string): string {
    let shown = text
    if (this.#secrets.size > MOST_SECRETS) shown = shown.replace(/"(?:[^"\\]|\\.)*"?…?|(?<=the number )\S+/g, MASK)
    else for (const secret of this.#secrets) shown = withoutSecret(shown, secret)
    return maskUrls(shown.replace(QUOTED, maskQuoted))
  }

  /** A stretch of one line, with secrets masked. */
  shown({ start, end }: Stretch, line: Stretch): string {
    const pieces: string[] = []
    let at = start
    const stretches = this.#hiddenIn(line)
    for (let index = firstEndingAfter(stretches, start); at < end; index += 1) {
      const hidden = stretches[index]
      if (hidden === undefined || hidden.start >= end) break
      pieces.push(this.#text.slice(at, hidden.start), MASK)
      at = Math.min(hidden.end, end)
    }
    return pieces.join('') + this.#text.slice(at, end)
  }

  /** The masked stretches of a line, sorted and not overlapping. Cached: neighbouring diagnostics show the same lines. */
  #hiddenIn(line: Stretch): readonly Stretch[] {
    const key = `${line.start} ${line.end}`
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const text = this.#text.slice(line.start, line.end)
    const byLook = [...secretsInText(text), ...urlSecretsIn(text), ...this.#copiesIn(text)].map(({ start, end }) => ({
      start: line.start + start,
      end: line.start + end,
    }))
    const stretches = apart([...this.#stretchesIn(line), ...byLook])
    if (this.#lines.size >= MOST_LINES) this.#lines.clear()
    this.#lines.set(key, stretches)
    return stretches
  }

  /** Where a secret occurs again, under other keys. Not searched for if there are too many secrets. */
  #copiesIn(text: string): Stretch[] {
    if (this.#secrets.size > MOST_SECRETS) return []
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

/** A quoted value in a message. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g

/** Masks secrets inside a quoted value: `"api_key=…"`, `"{'api_key': '…'}"`. */
function maskQuoted(quoted: string): string {
  try {
    const value: unknown = JSON.parse(quoted)
    const masked = maskText(String(value))
    return masked === value ? quoted : JSON.stringify(masked)
  } catch {
    return quoted
  }
}

/** The index of the first stretch that ends after an offset. */
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

/** Sorts stretches and merges those that touch. */
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

/** Removes a secret from a text, also if the text has it with escapes or only its beginning. */
function withoutSecret(text: string, secret: string): string {
  let shown = text.replaceAll(secret, MASK)
  const escaped = JSON.stringify(secret).slice(1, -1)
  if (escaped !== secret) shown = shown.replaceAll(escaped, MASK)
  const cut = shown.indexOf('"…')
  if (cut === -1) return shown
  for (let length = Math.min(escaped.length, LONGEST_QUOTE); length >= SHORTEST; length -= 1) {
    const beginning = escaped.slice(0, length)
    if (shown.slice(0, cut).endsWith(beginning)) return shown.slice(0, cut - length) + MASK + shown.slice(cut)
  }
  return shown
}
