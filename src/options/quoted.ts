const MAX_QUOTED = 60

/** Characters that could control a terminal or look like something else: all except ASCII and letters of alphabets. */
const UNUSUAL = /[^\x20-\x7e\u00a1-\u1fff]/g

/** A value quoted for a message: JSON on one line, shortened if it is long. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  const text = JSON.stringify(value.slice(0, MAX_QUOTED)).replace(UNUSUAL, escaped)
  return value.length > MAX_QUOTED ? `${text}…` : text
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
