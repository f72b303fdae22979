/** IP addresses as hosts: https://url.spec.whatwg.org/#host-parsing. Unlike names, every runtime's `URL` reads them alike. */

/** Whether a domain must be an IPv4 address, because its last part is a number. */
export function endsInNumber(domain: string): boolean {
  return /(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$/.test(domain)
}

/** An IPv4 address of one to four numbers, each decimal, octal or hexadecimal, in its normal form; `undefined` for what is none. */
export function parseIpv4(domain: string): string | undefined {
  return hostOf(domain)
}

/** An IPv6 address, without its brackets, in its normal form; `undefined` for what is none. */
export function parseIpv6(text: string): string | undefined {
  return /^[0-9A-Fa-f:.]*$/.test(text) ? hostOf(`[${text}]`)?.slice(1, -1) : undefined
}

/** @param text - no character that ends a host */
function hostOf(text: string): string | undefined {
  try {
    return new URL(`http://${text}/`).hostname
  } catch {
    return undefined
  }
}
