/** Finds the user info of URLs: `user:password@`, or a token before the `@`. */

/** The text that replaces a secret. */
export const MASK = '***'

/** A stretch of a text. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/**
 * Finds the user info of URLs in a text, in order. If the whole text is one URL, spaces and quotes belong to it; otherwise
 * they end the URL, except in a password. Takes linear time.
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
 * would end the authority too early, and a space or a quote the URL: if the text after the colon is not a port, a later at
 * sign is used. Returns where to continue.
 */
function noteUserInfo({ text, end, lastAt }: Token, start: number, found: Stretch[]): number {
  AUTHORITY.lastIndex = start
  const authority = (AUTHORITY.exec(text)?.[0] ?? '').slice(0, end - start)
  const stop = start + authority.length
  const inAuthority = authority.lastIndexOf('@')
  const isCutShort = !HOST.test(authority) || (stop < end && text[stop] === '\\')
  if (lastAt < start && !(isCutShort && authority.includes(':'))) return end
  const later = lastAt < start ? atSignBehind(text, end) : lastAt
  const at = inAuthority >= 0 ? start + inAuthority : isCutShort ? later : undefined
  if (at === undefined) return lastAt < start ? end : stop
  if (at > start) found.push({ start, end: at })
  return at
}

/** A host with nothing, a port or a variable after its colon. */
const HOST = /^(?:\[[^\]]*\]|[^:[\]]*)(?::(?:\d*|\$\w+|\$?\{.*\}))?$/

/** The last at sign of a token near behind a URL in the same line and the same quoted value: its password has a space or a quote. */
function atSignBehind(text: string, end: number): number | undefined {
  const rest = text.slice(end, end + LONGEST_REST)
  const stop = rest.search(REST_END)
  const near = stop < 0 ? rest : rest.slice(0, stop)
  const at = near.search(AT_SIGN)
  if (at < 0) return undefined
  const { lastAt } = tokenAt(text, end + at, Math.min(tokenEnd(text, end + at), end + near.length))
  return lastAt < 0 ? end + at : lastAt
}

const LONGEST_REST = 200
const REST_END = /\n|:\/\/|["'][ \t]*[,:}\]]/

const AUTHORITY = /[^/?#\\]*/y

/** An at sign, also a wide or small one, and as the escapes of JSON and YAML write it. */
const AT_SIGNS = ['@', '＠', '﹫', '\\u0040', '\\x40', '\\U00000040']
const AT_SIGN = /[@＠﹫]|\\u0040|\\x40|\\U00000040/

/**
 * The start of a URL for web parsers: a special scheme with any number of slashes, or two slashes. The command takes
 * repositories as `hf:org/name`.
 */
const BEGIN = /(?:https?|wss?|ftp|(?<![a-z])hf):(?:\\?[\\/])*|(?:\\?[\\/]){2,}/gi
const WHOLE_URL = /^[\s\p{Cc}]{0,100}(?:(?:https?|wss?|ftp|hf):(?:\\?[\\/])*|[a-z][a-z0-9+.-]{0,40}:(?:\\?[\\/]){2,})/iu

/** Characters that end a URL in a text. */
const TOKEN_END = /[\s"'<>`]/g
