import type { Plan } from '../../src/validation/plan/plan.js'
import { edgeNumber, oddHost } from './edges.js'
import type { Random } from './random.js'

/** Writes a value for a kind as JSON text: well or badly, or with what another kind would take. */
export function spelling(kind: Plan['kind'], random: Random): string {
  if (random.chance(0.12)) return random.pick(ANYTHING)
  if (random.chance(0.04)) return edgeNumber(random)
  const own = SPELLINGS[kind]
  return own === undefined ? random.pick(ANYTHING) : own(random)
}

/** A string that may hold anything, as JSON text; sometimes with everything escaped. */
export function quoted(text: string, random: Random): string {
  const json = JSON.stringify(text)
  if (!random.chance(0.1)) return json
  return json.replace(/[^"\\]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const ANYTHING: readonly string[] = (
  'null true false 0 1 -1 2 7 1.0 1.5 -0.0 -0 1e3 1e15 "" "x" "8" "true" [] [1] ["x"] {} {"a":1} [[]] [null] ' +
  '{"__proto__":1} "null" "1.5" 0.1 1E-7 123456789012345 "\\ud800" "a\\udfffb" [1.0,-0.0,1e2] 5e-324 2.5e300'
).split(' ')

const BLANKS = ['', '', '', ' ', '\n', '\t', '\u00a0', '\u0085', '\u2003', '\ufeff', '\u001c', '\u200b', '\u3000']
const DIGITS = ['0', '1', '2', '7', '9', '00', '_', '_', '.', '-', '+', '٣', '１', 'e', 'x', ' ', ',']

function around(text: string, random: Random): string {
  return random.pick(BLANKS) + text + random.pick(BLANKS)
}

function integer(random: Random): string {
  const written = random.pick([
    '0',
    '1',
    '12',
    '-5',
    '+5',
    '0012',
    '1_000',
    '-0',
    '1.0',
    '1.00',
    '-1.0',
    '00.0',
    '0_0',
    '1__0',
  ])
  switch (random.below(6)) {
    case 0:
      return random.pick([
        '0',
        '1',
        '-1',
        '8',
        '32',
        '1.0',
        '2.5',
        '-0.0',
        '1e3',
        '1e15',
        '-1E2',
        '0.5',
        '1e-3',
        '3.0e1',
      ])
    case 1:
      return quoted(around(random.text(DIGITS, 7), random), random)
    case 2:
      return quoted(around(random.edited(written, DIGITS), random), random)
    case 3:
      return String(random.below(10 ** (1 + random.below(9))) - 5)
    default:
      return quoted(around(written, random), random)
  }
}

const FLOATS = [
  '0.5',
  '.5',
  '5.',
  '1e-1',
  '-0',
  '1_0.5',
  '+0.25',
  'inf',
  '-Infinity',
  'nan',
  'NaN',
  '1E5',
  '1e',
  'infinity',
  '2',
  '1.5e0',
]
const FLOAT_PIECES = [...DIGITS, 'E', 'inf', 'nan', 'f']

function float(random: Random): string {
  switch (random.below(4)) {
    case 0:
      return random.pick([
        '0',
        '1',
        '0.5',
        '2',
        '2.0000001',
        '-0.0',
        '1e-7',
        '1e300',
        '3',
        '-1',
        '0.1e1',
        '1.9999999999',
      ])
    case 1:
      return quoted(around(random.edited(random.pick(FLOATS), FLOAT_PIECES), random), random)
    case 2:
      return String(random.fraction() * 3 - 0.3)
    default:
      return quoted(around(random.pick(FLOATS), random), random)
  }
}

const WORDS = 'true false t f yes no y n on off 1 0 True FALSE oN yES 2 tru enabled none ok 1.0 00'.split(' ')

function boolean(random: Random): string {
  if (random.chance(0.4))
    return random.pick([
      'true',
      'false',
      '0',
      '1',
      '2',
      '-1',
      '1.0',
      '0.0',
      '0.5',
      '2.0',
      '-0.0',
      '1e0',
      '1e300',
      '1e18',
      '1e19',
    ])
  const word = random.pick(WORDS)
  return quoted(random.chance(0.3) ? around(random.edited(word, ['e', 'K', ' ', 'ſ', '1', 'İ']), random) : word, random)
}

const DATETIMES = [
  '2024-01-15T09:30:00Z',
  '2024-01-15 09:30',
  '2024-01-15t09:30:00.123z',
  '2024-01-15_09:30:00,5+05:30',
  '2024-02-29',
  '2023-02-29T00:00:00Z',
  '2024-12-31T23:59:59.999999-0800',
  '0001-01-01T00:00:00',
  '9999-12-31T23:59:59.9999999Z',
  '1705311000',
  '1705311000.5',
  '1705311000123',
  '-1',
  '2024-01-15T09:30:00−08:00',
  '2024-01-15T09:30:00+23:59',
  '0000-01-01',
  '0000-12-31T10:00Z',
  '1900-02-29',
  '2000-02-29T24:00',
  '99999999999999.5',
  '20000000000.5',
  '.5',
  '5.',
  '-1.5',
  '253402300799',
  '253402300799999',
  '253402300800000',
  '-62167219200',
  '-62167219200001',
  '-62135596800000',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '+1705311000.25',
  '1e9',
  '1.7e9',
  '-0.0000001',
]
const DATETIME_PIECES = [...'0123456789-:TZ+ .,_t', '−', 'é', '🦙', '١', '24', '60', '13', '']

function datetime(random: Random): string {
  switch (random.below(5)) {
    case 0:
      return random.pick([
        '0',
        '1',
        '-1',
        '1.5',
        '-0.5',
        '1705311000',
        '1705311000.25',
        '1705311000123',
        '20000000000',
        '20000000001',
        '20000000000.5',
        '253402300799',
        '253402300799000',
        '253402300799999',
        '253402300800000',
        '1e20',
        '-1e20',
        '1e12',
        '-62167219200',
        '-62167219200000',
        '-62167219200001',
        '-62135596800000',
        '-62135596800001',
        '1e-7',
        '0.0000005',
        '0.9999999',
        '-0.0000001',
        '1705311000.9999999',
        '1705311000123.5',
        '-20000000000',
        '-20000000001',
        '-0.0',
        '99999999999999.5',
      ])
    case 1:
      return String((random.fraction() - 0.4) * 10 ** random.below(16))
    case 2:
      return String(Math.round((random.fraction() - 0.4) * 10 ** random.below(16)))
    case 3:
      return quoted(random.pick(DATETIMES), random)
    default:
      return quoted(random.edited(random.pick(DATETIMES), DATETIME_PIECES), random)
  }
}

const URLS = [
  'https://host.com',
  'HTTPS://Host.COM:443/a/../b?q=ü#f',
  'http:///x',
  'https:host',
  'http:\\\\host\\x',
  'http://[::1]:8000/',
  'http://1.2.3',
  'http://256.1.1.1',
  'http://0x7f.1',
  'http://user:pa ss@host/x',
  'http://a@b@c/',
  'http://ex%41mple.com',
  'http://münchen.de/ä',
  'http://xn--mnchen-3ya.de',
  'javascript:alert(1)',
  'urn:isbn:123',
  'file:///etc/passwd',
  'file://host/x',
  'file:///C:/x',
  'file:C|/x',
  'file://C:/x',
  'file:\\\\host\\C|\\x',
  'file:x/../y',
  'file:////a//b',
  'file:',
  'file:/..',
  'file://localhost/x',
  'foo://bar',
  'foo:bar',
  'foo://',
  'foo:/a/..//b',
  'foo://h:80/a/./b',
  'foo://u:p@h',
  'data:text/plain,hi x',
  'blob:https://a/b',
  'https://例え.jp',
  'http://h/{x}|^`',
  'http://h/?q=\'"<>#a\'"<>`',
  'http://h:0080',
  'ws://h:80',
  'wss://h:443',
  'ftp://h:21/x',
  'http://[1:2:3:4:5:6:1.2.3.4]',
  'http://[::ffff:1.2.3.4]',
  'http://[1::8]',
  'http://h/%2e%2E/%zz/%',
  'http://1.2.3.4.',
  'http://0',
  'http://09',
  'http://h./x',
  'http://a..b',
  'http://_x',
  'http://-',
  'http://ß.de',
  'http://faß.de',
  'http://\u00ad/',
  'http://１.２.３.４',
  'http://a\u2024b',
  'mailto:a@b.c',
  '  http://h  ',
  'http://h\t/\nx',
  'http://h/a b?c d#e f',
  'http://@h',
  'http://:@h',
  'http://u:@h',
  'http://:p@h',
  'a:',
  'http:',
  'http://h:65535',
  'http://h:65536',
  'http://xn--a',
  'http://xn--',
  'http://h/..//..',
  'non-special://[::1]:1/x',
  'foo://ho st',
  'foo://h%41',
  'x://%zz',
  'http://1\u05d0',
  'http://\u05d01',
  'http://a.1.\u05d0',
  'http://xn--4db80a',
  'http://xn--mnchen-',
  'http://\u0915\u094d\u200d',
  'http://a\u200db',
  'http://\u0300a',
  'http://xn--11b6iy14e',
  'http://ＡＢ',
  'http://a。b',
  'http://%E3%81%82',
  'http://%FF',
  'http://a%2fb',
  'htp://@?h',
  'http://h/C:/..',
  'file://h//C:/x',
]
const URL_PIECES = [
  ...'/:@?#[]%.\\ab1 |<>^`{}"\'\t\n',
  '//',
  '..',
  '%2e',
  'é',
  '🦙',
  '\u0000',
  '\u007f',
  '\u00ad',
  '。',
  'xn--',
  '％',
  '::',
  'C:',
  '٣',
  '\ufffe',
]

function url(random: Random): string {
  if (random.chance(0.4)) return quoted(oddHost(random), random)
  const text = random.pick(URLS)
  return quoted(random.chance(0.6) ? random.edited(text, URL_PIECES) : text, random)
}

const STRING_PIECES = [
  'a',
  'Z',
  '0',
  '_',
  '.',
  '-',
  '/',
  ' ',
  'é',
  '🦙',
  '\u0000',
  '\n',
  '\ud800',
  '\udc00',
  '@',
  '+',
  '--',
  '日',
  'İ',
  '٣',
  '‿',
  '\u0301',
  '\u200d',
  '\u{1d7d9}',
  'Ⅷ',
  'ª',
  '²',
  '\u00b7',
]

/** Texts of any characters: what is a letter to Unicode, and what is none. */
function anyText(random: Random): string {
  const codePoint = (): number => random.below(random.pick([0x80, 0x600, 0x3000, 0x11000, 0x20000, 0x110000]))
  return Array.from({ length: 1 + random.below(3) }, () => String.fromCodePoint(codePoint())).join('')
}

function string(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return quoted(
        random
          .pick(['a', '🦙', '-'])
          .repeat(random.pick([2, 62, 63, 64, 126, 127, 128, 254, 255, 256, 257, 1000, 1001])),
        random,
      )
    case 1:
      return quoted(random.text(STRING_PIECES, 6), random)
    case 2:
      return quoted(
        random.edited(random.pick(['llama-3.1-8b', 'team/model', 'a'.repeat(63), 'ab/cd', 'x.y_z+w@v']), STRING_PIECES),
        random,
      )
    case 3:
      return quoted(anyText(random), random)
    default:
      return quoted(random.pick(['llama', 'default', 'team/model', 'a-b', 'x', 'modèle', 'Llama-3.1']), random)
  }
}

const ENUM_WORDS = [
  'lora',
  'LORA',
  'grpo',
  'OPENAI_CHAT',
  'ANTHROPIC_MESSAGES',
  'openai_chat',
  'lora ',
  'p_tuning_v2',
  'Lora',
  '',
]

const SPELLINGS: Partial<Record<Plan['kind'], (random: Random) => string>> = {
  boolean,
  datetime,
  enum: (random) => (random.chance(0.8) ? quoted(random.pick(ENUM_WORDS), random) : string(random)),
  integer,
  number: float,
  string,
  url,
}
