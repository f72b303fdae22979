/**
 * Whether FastAPI reads a body of this content type as JSON: `application/json` or `application/…+json`, in any case,
 * whatever the parameters. It goes by Python's `email` parser, to which anything but one slash is no type.
 */
export function isJsonContentType(contentType: string): boolean {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  const [main, subtype, ...more] = type.split('/')
  if (main !== 'application' || subtype === undefined || more.length > 0) return false
  return subtype === 'json' || subtype.endsWith('+json')
}
