import { pythonStrip } from './python-text.js'

/**
 * Whether FastAPI reads a body of this content type as JSON: `application/json` or `application/…+json`, case-insensitive, with
 * any parameters. It uses Python's `email` parser, which requires exactly one slash.
 */
export function isJsonContentType(contentType: string): boolean {
  const type = pythonStrip(contentType.split(';')[0] ?? '').toLowerCase()
  const [main, subtype, ...more] = type.split('/')
  if (main !== 'application' || subtype === undefined || more.length > 0) return false
  return subtype === 'json' || subtype.endsWith('+json')
}
