/** The base of all URLs of a client, read once. */
export interface BaseUrl {
  /** `https://host.com`: what messages name. It holds no secret. */
  readonly origin: string
  /** The origin and the prefix, without a slash at the end. */
  readonly prefix: string
}

/**
 * Reads `baseUrl`. No message quotes the URL: it may hold a password.
 *
 * @throws TypeError if it is not an absolute http(s) URL, or has parts that a base cannot have
 */
export function readBaseUrl(text: string): BaseUrl {
  const url = parsed(text)
  if (url === undefined) throw wrong('an absolute URL, such as "https://host.com"')
  const { protocol, origin, pathname, username, password } = url
  if (protocol !== 'https:' && protocol !== 'http:') throw wrong('a URL that starts with https:// or http://')
  if (username !== '' || password !== '') throw wrong('a URL without user and password: pass them in `headers`')
  if (/[?#]/.test(text)) throw wrong('a URL without a query and a fragment')
  return { origin, prefix: origin + pathname.replace(/\/+$/, '') }
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function wrong(expected: string): TypeError {
  return new TypeError(`\`baseUrl\` should be ${expected}`)
}
