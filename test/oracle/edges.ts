import type { Random } from './random.js'

/** An integer at an edge of 53, 63, 64 or 1,024 bits, or one of hundreds of digits; as an integer, a float or text. */
export function edgeNumber(random: Random): string {
  const sign = random.pick(['', '', '-'])
  const edge = 2n ** BigInt(random.pick([53, 63, 64, 1024])) + BigInt(random.below(5) - 2)
  const digits = random.chance(0.2) ? random.pick(['1', '9']).repeat(300 + random.below(4001)) : String(edge)
  const text = sign + digits
  switch (random.below(6)) {
    case 0:
      return `"${text}"`
    case 1:
      return `${text}.0`
    case 2:
      return `${sign}${digits.slice(0, 1)}.${digits.slice(1)}e${digits.length - 1}`
    default:
      return text
  }
}

/** A URL whose host is odd: letters of all directions, marks, joiners, what IDNA maps, drops or refuses, Punycode, numbers. */
export function oddHost(random: Random): string {
  return `http://${random.text(HOST_PIECES, 6)}${random.pick(['', '.de', '.', '.א', ':80'])}/`
}

const HOST_PIECES = [
  ...'abz019-_.~!$&(<>^|` %',
  ...'ßẞςΣİıſÅ℀①⒈．。｡／＃８',
  ...'\u0338\u0301\u0327\u0345\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f\u034f\u0640\u064e',
  ...'אבعبةت٠٣۰؟،ˇ𐋵𐋠߀𐤀𐴰𞤢्ོ༄ᠠᠡقأﾠㅤ឴ᾳᲀᏸꭰᎠⅣ㏂︰ｱ가ﬀŉ𝟎🄀🦙',
  ...[
    'xn--',
    'XN--',
    'xn--xn---epa',
    'xn--zca',
    'xn--4db',
    '0x1',
    '%C3%9F',
    '%ff',
    '%2e',
    '127.0.0.1',
    '\u0378',
    '\u1c89',
    '\ue000',
  ],
]
