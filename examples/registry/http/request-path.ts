/**
 * The path of a request as the platform's server routes it: all percent-encoding is decoded first, so that `%2F` divides segments, and
 * bytes that are not UTF-8 become U+FFFD. Returned with each segment encoded again, for the router.
 */
export function routedUrl(url: string): string {
  const at = url.indexOf('?')
  const [path, query] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at)]
  if (!path.includes('%')) return url
  return decoded(path).split('/').map(encoded).join('/') + query
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** `urllib.parse.unquote` of Python: a percent sign without two hexadecimal digits stays. */
function decoded(path: string): string {
  return path.replace(/(?:%[\da-f]{2})+/gi, (run) => decoder.decode(Buffer.from(run.replaceAll('%', ''), 'hex')))
}

/** The router reads `.` and `..` as they are. */
function encoded(segment: string): string {
  return encodeURIComponent(segment)
}
