/** IP addresses as hosts: https://url.spec.whatwg.org/#host-parsing. Each answers `undefined` for what is no address. */

/** Whether a domain must be an IPv4 address, because its last part is a number. */
export function endsInNumber(domain: string): boolean {
  const parts = domain.split('.')
  if (parts.at(-1) === '' && parts.length > 1) parts.pop()
  const last = parts.at(-1) ?? ''
  return /^[0-9]+$/.test(last) || ipv4Number(last) !== undefined
}

/** An IPv4 address of one to four numbers, each decimal, octal or hexadecimal, in its normal form. */
export function parseIpv4(domain: string): string | undefined {
  const parts = domain.split('.')
  if (parts.at(-1) === '') parts.pop()
  if (parts.length > 4) return undefined
  const numbers: number[] = []
  for (const part of parts) {
    const number = ipv4Number(part)
    if (number === undefined || number > 0xffffffff) return undefined
    numbers.push(number)
  }
  const last = numbers.pop() ?? 0
  if (last >= 256 ** (4 - numbers.length) || numbers.some((number) => number > 255)) return undefined
  const address = numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last)
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

function ipv4Number(part: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]*$/.test(part)) return part.length === 2 ? 0 : Number(part)
  if (/^0[0-7]+$/.test(part)) return Number.parseInt(part, 8)
  return /^(?:0|[1-9][0-9]*)$/.test(part) ? Number(part) : undefined
}

/** An IPv6 address, without its brackets, in its normal form. */
export function parseIpv6(text: string): string | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves
  const left = ipv6Pieces(head ?? '', tail === undefined)
  const right = tail === undefined ? [] : ipv6Pieces(tail, true)
  if (left === undefined || right === undefined) return undefined
  const missing = 8 - left.length - right.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return writeIpv6([...left, ...new Array<number>(missing).fill(0), ...right])
}

/** The 16-bit pieces of one side of an address; only its end may be written as an IPv4 address. */
function ipv6Pieces(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return []
  const pieces: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      pieces.push(Number.parseInt(part, 16))
      continue
    }
    const bytes = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(part)?.slice(1)
    const isIpv4 = bytes?.every((byte) => /^(?:0|[1-9][0-9]{0,2})$/.test(byte) && Number(byte) < 256)
    if (bytes === undefined || !isIpv4 || !mayEndInIpv4 || index + 1 !== parts.length) return undefined
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
    pieces.push(a * 256 + b, c * 256 + d)
  }
  return pieces
}

/** Hexadecimal pieces, the longest run of zeros left out. */
function writeIpv6(pieces: readonly number[]): string {
  let longest = { start: -1, length: 1 }
  for (let start = 0; start < pieces.length; start += 1) {
    let end = start
    while (pieces[end] === 0) end += 1
    if (end - start > longest.length) longest = { start, length: end - start }
  }
  const hex = pieces.map((piece) => piece.toString(16))
  if (longest.start === -1) return hex.join(':')
  return `${hex.slice(0, longest.start).join(':')}::${hex.slice(longest.start + longest.length).join(':')}`
}
