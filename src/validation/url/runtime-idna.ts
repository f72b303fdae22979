/**
 * A domain in ASCII as the runtime's `URL` makes it: the tables of IDNA are in every runtime, and too large to bring along.
 * `undefined` for what it refuses.
 *
 * @param domain - no character that ends a host
 */
export function asciiByRuntime(domain: string): string | undefined {
  try {
    // The label behind it keeps a domain of numbers from being read as an address here.
    return new URL(`http://${domain}.a/`).hostname.slice(0, -'.a'.length)
  } catch {
    return undefined
  }
}
