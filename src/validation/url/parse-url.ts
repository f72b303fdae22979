import { type HostRead, parseDomain, parseOpaqueHost } from './host.js'
import { type NormalPath, normalPath, type SchemeKind } from './path.js'
import { IN_FRAGMENT, IN_OPAQUE, IN_QUERY, IN_SPECIAL_QUERY, IN_USERINFO, percentEncode } from './percent-encode.js'
import {
  AT_SIGN,
  BACKSLASH,
  DOUBLE_SLASH,
  FILE_DOUBLE_SLASH,
  lastViolation,
  SPACE_IGNORED,
  TAB_OR_NEWLINE,
  type Violation,
} from './violations.js'

/** A URL in normal form, with the last repair that was needed; or the error message. */
export type ParsedUrl =
  | { readonly ok: true; readonly href: string; readonly violation?: Violation }
  | { readonly ok: false; readonly error: string }

/**
 * Parses an absolute URL by the WHATWG rules, exactly like the Rust library `url`, which pydantic uses: what it accepts, the
 * normal form, and the error messages. The runtime's own `URL` has no such messages, and differs for other schemes.
 *
 * @param text - no lone surrogates
 */
export function parseUrl(text: string): ParsedUrl {
  const parser = new UrlParser()
  const input = parser.cleaned(text)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(input)?.[1]
  // By far the most common error: report it without the cost of throwing.
  if (scheme === undefined) return { ok: false, error: 'relative URL without a base' }
  try {
    const href = parser.parse(scheme, input.slice(scheme.length + 1))
    return parser.violation === undefined ? { ok: true, href } : { ok: true, href, violation: parser.violation }
  } catch (failure) {
    if (failure instanceof UrlFailure) return { ok: false, error: failure.message }
    throw failure
  }
}

/**
 * Stops the parser from any depth. Never leaves this file. Not an `Error`, because capturing the stack would cost more than
 * the parsing.
 */
class UrlFailure {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['ws', 80],
  ['https', 443],
  ['wss', 443],
  ['ftp', 21],
])

class UrlParser {
  violation: Violation | undefined
  #scheme = ''
  #kind: SchemeKind = 'other'
  /** Whether a query or a fragment follows. */
  #hasEnd = false

  /** The normal form of a URL, from its scheme and the text after the colon. */
  parse(scheme: string, text: string): string {
    this.#scheme = scheme.toLowerCase()
    this.#kind = this.#scheme === 'file' ? 'file' : DEFAULT_PORTS.has(this.#scheme) ? 'special' : 'other'
    const [main, end] = split(text, /[?#]/)
    this.#hasEnd = end !== ''
    const href = `${this.#scheme}:${this.#authorityAndPath(main)}`
    return href + this.#queryAndFragment(end)
  }

  /** Removes surrounding spaces and controls, and all tabs and newlines. Beyond a text there is `NaN`, which is none of them. */
  cleaned(text: string): string {
    let start = 0
    let end = text.length
    while (text.charCodeAt(start) <= 0x20) start += 1
    while (text.charCodeAt(end - 1) <= 0x20) end -= 1
    if (end - start < text.length) this.violation = SPACE_IGNORED
    const trimmed = text.slice(start, end)
    if (!/[\t\n\r]/.test(trimmed)) return trimmed
    this.violation = TAB_OR_NEWLINE
    return trimmed.replace(/[\t\n\r]/g, '')
  }

  #authorityAndPath(main: string): string {
    if (this.#kind === 'file') return this.#file(main)
    if (this.#kind === 'special') {
      const slashes = /^[/\\]*/.exec(main)?.[0] ?? ''
      if (slashes !== '//') this.violation = DOUBLE_SLASH
      return this.#afterDoubleSlash(main.slice(slashes.length))
    }
    if (main.startsWith('//')) return this.#afterDoubleSlash(main.slice(2))
    if (!main.startsWith('/')) {
      this.#check(main)
      return percentEncode(main, IN_OPAQUE)
    }
    const path = this.#path(main.slice(1)).text
    // Without this, what follows would be read as an authority.
    return path.startsWith('//') ? `/.${path}` : path
  }

  #afterDoubleSlash(text: string): string {
    const [authority, path] = split(text, this.#kind === 'special' ? /[/\\]/ : /\//)
    const at = authority.lastIndexOf('@')
    const userinfo = at > 0 ? this.#userinfo(authority.slice(0, at)) : ''
    if (authority === '@' && (path !== '' || this.#hasEnd)) throw new UrlFailure('empty host')
    const [host, port] = this.#hostAndPort(authority.slice(at + 1), userinfo !== '')
    // A backslash ends a port in other schemes too. The text after it is then a path.
    const [digits, rest] = split(port, /\\/)
    const start = `//${userinfo}${host}${this.#port(digits)}`
    return start + (rest === '' ? this.#pathAfterHost(path) : this.#path(rest + path).text)
  }

  #userinfo(text: string): string {
    const colon = text.indexOf(':')
    const user = colon === -1 ? text : text.slice(0, colon)
    const password = colon === -1 ? '' : text.slice(colon + 1)
    if (text.includes('@')) this.violation = AT_SIGN
    this.#check(user)
    this.#check(password)
    if (user === '' && password === '') return ''
    const secret = password === '' ? '' : `:${percentEncode(password, IN_USERINFO)}`
    return `${percentEncode(user, IN_USERINFO)}${secret}@`
  }

  /** The host, and the text after its colon. */
  #hostAndPort(text: string, hasUserinfo: boolean): readonly [string, string] {
    const colon = portColon(text)
    const hostText = colon === -1 ? text : text.slice(0, colon)
    if (hostText === '' && (this.#kind === 'special' || colon !== -1 || hasUserinfo)) throw new UrlFailure('empty host')
    const host = unwrap(this.#kind === 'special' ? parseDomain(hostText) : parseOpaqueHost(hostText))
    return [host, colon === -1 ? '' : text.slice(colon + 1)]
  }

  #port(digits: string): string {
    const port = Number(digits)
    if (!/^[0-9]*$/.test(digits) || port > 0xffff) throw new UrlFailure('invalid port number')
    return digits === '' || port === DEFAULT_PORTS.get(this.#scheme) ? '' : `:${port}`
  }

  #pathAfterHost(text: string): string {
    if (text === '') return this.#kind === 'special' ? '/' : ''
    if (text.startsWith('\\')) this.violation = BACKSLASH
    return this.#path(text.slice(1)).text
  }

  #path(text: string, hasHost = false): NormalPath {
    const path = normalPath(text, this.#kind, hasHost)
    this.violation = path.violation ?? this.violation
    return path
  }

  #file(main: string): string {
    if (!main.startsWith('//')) this.violation = FILE_DOUBLE_SLASH
    const slashes = /^[/\\]{0,2}/.exec(main)?.[0] ?? ''
    if (slashes.includes('\\')) this.violation = BACKSLASH
    if (slashes.length < 2) return `//${this.#path(main.slice(slashes.length)).text}`
    const rest = main.slice(2)
    const [hostText, path] = split(rest, /[/\\]/)
    if (hostText === '' || /^[A-Za-z][:|]$/.test(hostText)) return `//${this.#path(rest).text}`
    const domain = unwrap(parseDomain(hostText))
    const host = domain === 'localhost' ? '' : domain
    if (path.startsWith('\\')) this.violation = BACKSLASH
    const { text, hasDrive } = this.#path(path.slice(1), host !== '')
    return `//${hasDrive ? '' : host}${text}`
  }

  #queryAndFragment(end: string): string {
    const [query, fragment] = split(end, /#/)
    this.#check(query.slice(1))
    const encodedIn = this.#kind === 'other' ? IN_QUERY : IN_SPECIAL_QUERY
    const queryText = query === '' ? '' : `?${percentEncode(query.slice(1), encodedIn)}`
    this.violation = lastViolation(fragment.slice(1), true) ?? this.violation
    return queryText + (fragment === '' ? '' : `#${percentEncode(fragment.slice(1), IN_FRAGMENT)}`)
  }

  #check(text: string): void {
    this.violation = lastViolation(text) ?? this.violation
  }
}

/** Splits a text before the first match of a pattern. */
function split(text: string, pattern: RegExp): readonly [string, string] {
  const at = text.search(pattern)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at)]
}

/** The first colon outside brackets. An IPv6 address has colons inside its brackets. */
function portColon(text: string): number {
  let isInside = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '[') isInside = true
    else if (character === ']') isInside = false
    else if (character === ':' && !isInside) return at
  }
  return -1
}

function unwrap(read: HostRead): string {
  if (!read.ok) throw new UrlFailure(read.error)
  return read.host
}
