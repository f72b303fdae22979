import { quoted } from '../options/index.js'
import type { HeaderRecord } from './client-options.js'

/** Headers that describe the body or the connection. The client or the runtime sets them. */
const RESERVED = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'host',
  'connection',
])

/**
 * Checks headers before `fetch` does: its errors quote the value, which is often a token. A message here names the header only.
 *
 * @returns a copy with lower-case names
 * @throws TypeError if a header cannot be sent
 */
export function checkHeaders(headers: HeaderRecord): HeaderRecord {
  const checked = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase()
    const place = `headers[${quoted(name)}]`
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) throw new TypeError(`\`${place}\` is not the name of a header`)
    if (RESERVED.has(key)) throw new TypeError(`\`${place}\` is set by the client`)
    if (checked.has(key)) throw new TypeError(`\`${place}\` is there twice, in other letters`)
    if (typeof value !== 'string') throw new TypeError(`\`${place}\` should be a string`)
    checked.set(key, sendable(value, place))
  }
  return Object.fromEntries(checked)
}

/** Spaces and line ends around a value are dropped, as `fetch` does: tokens are often read from files. */
function sendable(value: string, place: string): string {
  const trimmed = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
  for (const character of trimmed) {
    const code = character.codePointAt(0) ?? 0
    if (code > 0xff || code === 0x7f || (code < 0x20 && code !== 0x09)) {
      throw new TypeError(`\`${place}\` holds a character that a header cannot have`)
    }
  }
  return trimmed
}
