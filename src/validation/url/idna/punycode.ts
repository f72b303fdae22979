/** Punycode: https://www.rfc-editor.org/rfc/rfc3492. The time is quadratic in the length, which the caller limits. */

/** Decodes a label without its `xn--`. Undefined if it is not Punycode. */
export function decodePunycode(text: string): string | undefined {
  const delimiter = text.lastIndexOf('-')
  const output = Array.from(text.slice(0, Math.max(delimiter, 0)), (character) => character.charCodeAt(0))
  let codePoint = FIRST_CODE_POINT
  let index = 0
  let bias = FIRST_BIAS
  for (let at = delimiter + 1; at < text.length; ) {
    const before = index
    let weight = 1
    for (let k = BASE; ; k += BASE) {
      const digit = DIGITS.indexOf(text.charAt(at))
      if (at >= text.length || digit === -1) return undefined
      at += 1
      index += digit * weight
      const threshold = thresholdOf(k, bias)
      if (digit < threshold) break
      weight *= BASE - threshold
      if (weight > 2 ** 31) return undefined
    }
    const length = output.length + 1
    bias = adapted(index - before, length, before === 0)
    codePoint += Math.floor(index / length)
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint < 0xe000)) return undefined
    index %= length
    output.splice(index, 0, codePoint)
    index += 1
  }
  return String.fromCodePoint(...output)
}

/** Encodes a text as Punycode, without the `xn--` prefix. */
export function encodePunycode(text: string): string {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  const basic = codePoints.filter((codePoint) => codePoint < FIRST_CODE_POINT)
  let output = basic.map((codePoint) => String.fromCodePoint(codePoint)).join('') + (basic.length > 0 ? '-' : '')
  let bias = FIRST_BIAS
  let delta = 0
  let done = basic.length
  const others = [...new Set(codePoints.filter((codePoint) => codePoint >= FIRST_CODE_POINT))].sort((a, b) => a - b)
  let last = FIRST_CODE_POINT
  for (const next of others) {
    delta += (next - last) * (done + 1)
    for (const codePoint of codePoints) {
      if (codePoint < next) delta += 1
      if (codePoint !== next) continue
      output += variableLength(delta, bias)
      bias = adapted(delta, done + 1, done === basic.length)
      delta = 0
      done += 1
    }
    delta += 1
    last = next + 1
  }
  return output
}

const BASE = 36
const FIRST_BIAS = 72
const FIRST_CODE_POINT = 0x80
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789'

function thresholdOf(k: number, bias: number): number {
  return Math.min(Math.max(k - bias, 1), 26)
}

function variableLength(delta: number, bias: number): string {
  let output = ''
  let rest = delta
  for (let k = BASE; ; k += BASE) {
    const threshold = thresholdOf(k, bias)
    if (rest < threshold) return output + DIGITS.charAt(rest)
    output += DIGITS.charAt(threshold + ((rest - threshold) % (BASE - threshold)))
    rest = Math.floor((rest - threshold) / (BASE - threshold))
  }
}

function adapted(delta: number, length: number, isFirst: boolean): number {
  let scaled = Math.floor(delta / (isFirst ? 700 : 2))
  scaled += Math.floor(scaled / length)
  let k = 0
  for (; scaled > 455; k += BASE) scaled = Math.floor(scaled / 35)
  return k + Math.floor((BASE * scaled) / (scaled + 38))
}
