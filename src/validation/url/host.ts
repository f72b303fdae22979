import { FORBIDDEN, idnaToAscii } from './idna/domain-to-ascii.js'
import { endsInNumber, parseIpv4, parseIpv6 } from './ip-address.js'
import { IN_OPAQUE, percentDecode, percentEncode } from './percent-encode.js'

/** A host in normal form, or the error message of the Rust library `url`, which pydantic uses. */
export type HostRead = { readonly ok: true; readonly host: string } | { readonly ok: false; readonly error: string }

const INVALID_DOMAIN = 'invalid international domain name'

/** The host of a special scheme: a domain or an address. */
export function parseDomain(text: string): HostRead {
  if (text.startsWith('[')) return bracketed(text)
  const domain = domainToAscii(percentDecode(text))
  if (domain === undefined) return { ok: false, error: INVALID_DOMAIN }
  if (domain === '') return { ok: false, error: 'empty host' }
  if (!endsInNumber(domain)) return { ok: true, host: domain }
  const address = parseIpv4(domain)
  return address === undefined ? { ok: false, error: 'invalid IPv4 address' } : { ok: true, host: address }
}

/** The host of any other scheme: kept as it is, except for characters that must be encoded. */
export function parseOpaqueHost(text: string): HostRead {
  if (text.startsWith('[')) return bracketed(text)
  if (FORBIDDEN_IN_HOST.test(text)) return { ok: false, error: 'invalid domain character' }
  return { ok: true, host: percentEncode(text, IN_OPAQUE) }
}

function bracketed(text: string): HostRead {
  const address = text.endsWith(']') ? parseIpv6(text.slice(1, -1)) : undefined
  return address === undefined ? { ok: false, error: 'invalid IPv6 address' } : { ok: true, host: `[${address}]` }
}

const FORBIDDEN_IN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/

/** A domain in lowercase ASCII. Only non-ASCII and Punycode domains need the IDNA tables. */
function domainToAscii(domain: string): string | undefined {
  const lower = domain.toLowerCase()
  if (!/^[\0-\x7f]*$/.test(domain) || /(?:^|\.)xn--/.test(lower)) return idnaToAscii(domain)
  return FORBIDDEN.test(domain) ? undefined : lower
}
