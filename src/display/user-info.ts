/** Finds and masks the user info of URLs: `user:password@`, or a token before the `@`. */

/** The text that replaces a secret. */
export const MASK = '***'

/** A stretch of a text. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/**
 * Masks the user info of every URL in a text: `http://***@host/`.
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
 * Finds the user info of URLs in a text, in order. If the whole text is one URL, spaces and quotes belong to it; otherwise
 * they end the URL. Takes linear time.
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

/** A token that ends at a space or a quote, and the place of its last at sign. */
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
 * Records user info that starts at an offset. It ends at the last at sign before the path. A `/`, `?` or `#` in a password
 * would end the authority too early: if the text after the colon is not a port, a later at sign is used. Returns where to
 * continue.
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

/** An at sign, also a wide or small one, and as the escapes of JSON and YAML write it. */
const AT_SIGNS = ['@', '＠', '﹫', '\\u0040', '\\x40', '\\U00000040']
const AT_SIGN = /[@＠﹫]|\\u0040|\\x40|\\U00000040/

/** The start of a URL for web parsers: a special scheme with any number of slashes, or two slashes. */
const BEGIN = /(?:https?|wss?|ftp):(?:\\?[\\/])*|(?:\\?[\\/]){2,}/gi
const WHOLE_URL = /^[\s\p{Cc}]{0,100}(?:(?:https?|wss?|ftp):(?:\\?[\\/])*|[a-z][a-z0-9+.-]{0,40}:(?:\\?[\\/]){2,})/iu

/** Characters that end a URL in a text. */
const TOKEN_END = /[\s"'<>`]/g
