/** IP addresses as hosts: https://url.spec.whatwg.org/#host-parsing. Every runtime's `URL` reads these the same way, unlike names. */

/** Whether a domain must be an IPv4 address because its last part is a number. */
export function endsInNumber(domain: string): boolean {
  return /(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$/.test(domain)
}

/** The normal form of an IPv4 address of one to four decimal, octal or hexadecimal numbers. Undefined if invalid. */
export function parseIpv4(domain: string): string | undefined {
  return hostOf(domain)
}

/** The normal form of an IPv6 address, without brackets. Undefined if invalid. */
export function parseIpv6(text: string): string | undefined {
  return /^[0-9A-Fa-f:.]*$/.test(text) ? hostOf(`[${text}]`)?.slice(1, -1) : undefined
}

/** @param text - contains no character that ends a host */
function hostOf(text: string): string | undefined {
  try {
    return new URL(`http://${text}/`).hostname
  } catch {
    return undefined
  }
}
