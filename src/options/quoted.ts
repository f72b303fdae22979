const MAX_QUOTED = 60

/** What may act on a terminal or be taken for something else: everything but ASCII and the letters of alphabets. */
const UNUSUAL = /[^\x20-\x7e\u00a1-\u1fff]/g

/** A value as a message quotes it: JSON, on one line, never longer than a person reads. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  const text = JSON.stringify(value.slice(0, MAX_QUOTED)).replace(UNUSUAL, escaped)
  return value.length > MAX_QUOTED ? `${text}…` : text
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
