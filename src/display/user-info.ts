/** Finds and masks the user info of URLs: `user:password@`, or a token in its place. */

/** What stands for a secret. */
export const MASK = '***'

/** A stretch of a text. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/**
 * A text with the user info of every URL in it masked: `http://***@host/`.
 *
 * @example
 * maskUserInfo('see http://user:hunter2@example.com/') // 'see http://***@example.com/'
 */
export function maskUserInfo(text: string): string {
  let masked = ''
  let at = 0
  for (const { start, end } of userInfoIn(text)) {
    masked += text.slice(at, start) + MASK
    at = end
  }
  return masked + text.slice(at)
}

/**
 * Where the user info of URLs stands in a text, in order. Where a text is one URL, blanks and quotes in it are of the URL;
 * elsewhere they end it. Time is linear in the text.
 */
export function userInfoIn(text: string): Stretch[] {
  if (!AT_SIGN.test(text)) return []
  const found: Stretch[] = []
  let at = 0
  const whole = WHOLE_URL.exec(text)?.[0].length
  if (whole !== undefined) at = noteUserInfo(tokenAt(text, whole, text.length), whole, found)
  const begin = new RegExp(BEGIN)
  let token = tokenAt(text, 0, 0)
  for (begin.lastIndex = at; ; begin.lastIndex = at) {
    if (begin.exec(text) === null) return found
    const start = begin.lastIndex
    if (start > token.end) token = tokenAt(text, start, tokenEnd(text, start))
    at = noteUserInfo(token, start, found)
  }
}

/** What ends at a blank or a quote, and where its last at sign is. */
interface Token {
  readonly text: string
  readonly end: number
  readonly lastAt: number
}

function tokenAt(text: string, start: number, end: number): Token {
  const inside = text.slice(start, end)
  const lastAt = Math.max(...AT_SIGNS.map((sign) => inside.lastIndexOf(sign)))
  return { text, end, lastAt: lastAt < 0 ? -1 : start + lastAt }
}

function tokenEnd(text: string, start: number): number {
  const end = new RegExp(TOKEN_END)
  end.lastIndex = start
  return end.exec(text)?.index ?? text.length
}

/**
 * Notes user info that begins at an offset: it ends at the last at sign before the path. A password with a `/`, a `?` or a
 * `#` in it ends the authority too early; where what stands behind the colon is no port, a later at sign is taken. Answers
 * where to go on.
 */
function noteUserInfo({ text, end, lastAt }: Token, start: number, found: Stretch[]): number {
  if (lastAt < start) return end
  AUTHORITY.lastIndex = start
  const authority = (AUTHORITY.exec(text)?.[0] ?? '').slice(0, end - start)
  const stop = start + authority.length
  const inAuthority = authority.lastIndexOf('@')
  const isCutShort = /:(?!\d*$)/.test(authority) || (stop < end && text[stop] === '\\')
  const at = inAuthority >= 0 ? start + inAuthority : isCutShort ? lastAt : undefined
  if (at === undefined) return stop
  if (at > start) found.push({ start, end: at })
  return at
}

const AUTHORITY = /[^/?#\\]*/y

/** An at sign, also as the escapes of JSON and YAML write it. */
const AT_SIGNS = ['@', '\\u0040', '\\x40', '\\U00000040']
const AT_SIGN = /@|\\u0040|\\x40|\\U00000040/

/** What begins a URL to the parsers of the web: a special scheme with any number of slashes, or two of them. */
const BEGIN = /(?:https?|wss?|ftp):(?:\\?[\\/])*|(?:\\?[\\/]){2,}/gi
const WHOLE_URL = /^[\s\p{Cc}]{0,100}(?:(?:https?|wss?|ftp):(?:\\?[\\/])*|[a-z][a-z0-9+.-]{0,40}:(?:\\?[\\/]){2,})/iu

/** What ends a URL in a text. */
const TOKEN_END = /[\s"'<>`]/g
