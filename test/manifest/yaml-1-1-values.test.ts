import { describe, expect, it } from 'vitest'
import { checkSource } from '../../src/manifest/check-source.js'
import { checkManifest } from '../../src/manifest/index.js'
import { keyText, otherKey } from '../../src/manifest/yaml-1-1/other-key.js'
import { otherReading } from '../../src/manifest/yaml-1-1/other-reading.js'
import { pythonFloat } from '../../src/manifest/yaml-1-1/python-float.js'
import { readScalar11, readTagged11 } from '../../src/manifest/yaml-1-1/read-scalar.js'

const INT = 'tag:yaml.org,2002:int'
const FLOAT = 'tag:yaml.org,2002:float'

/** As PyYAML 6.0.4 reads them; `ERR` where it fails. */
describe('a plain scalar is to us what it is to PyYAML', () => {
  it.each<[source: string, expected: string]>([
    ['2024-01-01T00:00:00+23:59', 'datetime 2024-01-01T00:00:00+23:59'],
    ['2024-01-01T00:00:00+23:60', 'ERR there is no such date'],
    ['2024-01-01T00:00:00-24:00', 'ERR there is no such date'],
    ['2024-01-01T00:00:00+1:30', 'datetime 2024-01-01T00:00:00+01:30'],
    ['2024-01-01T00:00:00-00:30', 'datetime 2024-01-01T00:00:00-00:30'],
    ['2024-01-01T00:00:00-0', 'datetime 2024-01-01T00:00:00+00:00'],
    ['2024-01-01 23:59:59', 'datetime 2024-01-01T23:59:59'],
    ['2024-01-01 24:00:00', 'ERR there is no such date'],
    ['2024-01-01 23:60:00', 'ERR there is no such date'],
    ['2024-01-01 23:59:60', 'ERR there is no such date'],
    ['2024-01-01 23:59:59.1234567', 'datetime 2024-01-01T23:59:59.123456'],
    ['2024-01-01 01:02:03.5', 'datetime 2024-01-01T01:02:03.500000'],
    ['2024-01-01 01:02:03.', 'datetime 2024-01-01T01:02:03'],
    ['2024-01-01 01:02:03 Z', 'datetime 2024-01-01T01:02:03+00:00'],
    ['2024-01-01t01:02:03 +0', 'datetime 2024-01-01T01:02:03+00:00'],
    ['2024-1-1 1:02:03', 'datetime 2024-01-01T01:02:03'],
    ['2024-1-1', 'text 2024-1-1'],
    ['2024-01-1', 'text 2024-01-1'],
    ['2024-1-01', 'text 2024-1-01'],
    ['0000-01-01', 'ERR there is no such date'],
    ['0001-01-01', 'date 0001-01-01'],
    ['2023-02-29', 'ERR there is no such date'],
    ['2024-02-29', 'date 2024-02-29'],
    ['2024-13-01', 'ERR there is no such date'],
    ['-1:30', 'integer -90'],
    ['1:2:3', 'integer 3723'],
    ['1:60', 'text 1:60'],
    ['1:30.5', 'float 90.5'],
    ['190:20:30.15', 'float 685230.15'],
    ['0b', 'text 0b'],
    ['0b_', 'ERR it is a number without digits'],
    ['0x_', 'ERR it is a number without digits'],
    ['0b1_0', 'integer 2'],
    ['-0b11', 'integer -3'],
    ['0_1', 'integer 1'],
    ['+017', 'integer 15'],
    ['08', 'text 08'],
    ['0o17', 'text 0o17'],
    ['1_000', 'integer 1000'],
    ['_1', 'text _1'],
    ['+.inf', 'float Infinity'],
    ['-.INF', 'float -Infinity'],
    ['.NaN', 'float NaN'],
    ['1.e+3', 'float 1000'],
    ['1.5e3', 'text 1.5e3'],
    ['.5', 'float 0.5'],
    ['-.5', 'text -.5'],
    ['1_0.5', 'float 10.5'],
    ['9'.repeat(4300), `integer ${'9'.repeat(4300)}`],
    ['9'.repeat(4301), 'ERR it has too many digits'],
    [`0x${'f'.repeat(4301)}`, `integer ${BigInt(`0x${'f'.repeat(4301)}`)}`],
    ['<<', 'ERR it is a merge key'],
    ['=', 'ERR it is a default key of YAML 1.1'],
    ['', 'null'],
    ['~', 'null'],
    ['Null', 'null'],
    ['nULL', 'text nULL'],
    ...['yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((word): [string, string] => [
      word,
      'boolean true',
    ]),
    ...['no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((word): [string, string] => [
      word,
      'boolean false',
    ]),
    ...['y', 'N', 'oN', 'yES', 'tRUE'].map((word): [string, string] => [word, `text ${word}`]),
  ])('%j', (source, expected) => expect(shown(readScalar11(source))).toBe(expected))

  it.each([
    ['0o17', INT, 'integer 15'],
    ['-0O7', INT, 'integer -7'],
    ['+0o7', INT, 'integer 7'],
    ['0o8', INT, 'ERR it is not an integer of YAML 1.1'],
    ['x0o7', INT, 'ERR it is not an integer of YAML 1.1'],
    ['0o7x', INT, 'ERR it is not an integer of YAML 1.1'],
    ['1:30', INT, 'integer 90'],
    ['08', INT, 'ERR it is not an integer of YAML 1.1'],
    ['1:30', FLOAT, 'float 90'],
    ['5', FLOAT, 'float 5'],
    ['no', 'tag:yaml.org,2002:str', 'text no'],
  ])('%j with a tag', (source, tag, expected) => expect(shown(readTagged11(source, tag))).toBe(expected))
})

function shown(read: ReturnType<typeof readScalar11>): string {
  if (read.kind === 'error') return `ERR ${read.why}`
  return 'value' in read ? `${read.kind} ${read.value}` : read.kind
}

describe('how YAML 1.1 reads a scalar otherwise', () => {
  it.each([
    ['an integer of the same value', '12', 12],
    ['an integer beyond 2^53', '12345678901234567890', 12345678901234567890n],
    ['a fraction', '1.5', 1.5],
    ['a number that is not finite', '.nan', Number.NaN],
    ['zero with a sign', '-0.0', 0],
    ['a text', 'nothing', 'nothing'],
    ['a text that begins like a number', '1.2.3', '1.2.3'],
  ])('is not said of %s', (_, source, value) => expect(otherReading(source, value, undefined)).toBeUndefined())

  it.each([
    ['an integer', '010', 10, { kind: 'integer', value: 8n }],
    ['a large integer', '0100000000000000000000', 100000000000000000000n, { kind: 'integer', value: 8n ** 20n }],
    ['an integer that the core schema reads as text', '1_0', '1_0', { kind: 'integer', value: 10n }],
    ['a fraction that is text', '1_0.5', '1_0.5', { kind: 'float', value: 10.5 }],
    ['a text', '1e3', 1000, { kind: 'text', value: '1e3' }],
    ['a boolean', 'on', 'on', { kind: 'boolean', value: true }],
    ['a date', '2024-01-15', '2024-01-15', { kind: 'date', value: '2024-01-15' }],
  ])('is said of %s', (_, source, value, reading) => {
    expect(otherReading(source, value, undefined)).toStrictEqual(reading)
  })
})

describe('the text of a float', () => {
  // What `json.dumps` of Python 3.11 writes.
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [-1, '-1.0'],
    [0.1, '0.1'],
    [100.5, '100.5'],
    [1e15, '1000000000000000.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [0.0001, '0.0001'],
    [0.00012345, '0.00012345'],
    [9.9e-5, '9.9e-05'],
    [1.5e-7, '1.5e-07'],
    [1e21, '1e+21'],
    [1e100, '1e+100'],
    [5e-324, '5e-324'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NaN, 'NaN'],
  ])('%d is what Python writes', (value, text) => expect(pythonFloat(value)).toBe(text))
})

describe('the text of a key', () => {
  it.each([
    ['1', '1'],
    ['010', '8'],
    ['1.50', '1.5'],
    ['1.0', '1.0'],
    ['1.e+3', '1000.0'],
    ['0.00001', '1e-05'],
    ['yes', 'true'],
    ['~', 'null'],
    ['1e3', '1e3'],
    ['.inf', 'Infinity'],
  ])('%s is what JSON gets from Python', (key, text) => expect(keyText(readScalar11(key))).toBe(text))

  it('is none for a date, which JSON cannot have as a key', () => {
    expect(keyText(readScalar11('2024-01-15'))).toBeUndefined()
    expect(keyText(readScalar11('='))).toBeUndefined()
  })

  it('is another one only where it is not what is written', () => {
    expect(otherKey('1.0', 1)).toBeUndefined()
    expect(otherKey('true', true)).toBeUndefined()
    expect(otherKey('llama', 'llama')).toBeUndefined()
    expect(otherKey('1.50', 1.5)).toStrictEqual({ keyOther: { kind: 'float', value: 1.5 }, isKeyAlike: true })
    expect(otherKey('~', null)).toStrictEqual({ keyOther: { kind: 'null' }, isKeyAlike: true })
    expect(otherKey('no', 'no')).toStrictEqual({ keyOther: { kind: 'boolean', value: false } })
  })
})

/** The findings of the rule as `line:column loc: message | help`, without what all messages begin with. */
function told(line: string, target?: 'nemo-cli'): string[] {
  const text = `name: ab\n${line}\n`
  const { diagnostics } = target ? checkSource(text, { target }).check : checkManifest(text)
  return diagnostics
    .filter(({ code }) => code === 'yaml-1.1-type')
    .map(({ line, column, loc, message, help, severity }) => {
      expect(severity).toBe('warning')
      return `${line}:${column} ${loc.join('.')}: ${message.replace("YAML 1.1, which the platform's command reads, ", '')} | ${help}`
    })
}

describe('what the rule says', () => {
  it.each([
    ['description: no', ['2:14 description: reads "no" as the boolean false | quote it: "no"']],
    ['description: 1:30', ['2:14 description: reads "1:30" as the number 90 | quote it: "1:30"']],
    [
      'custom_fields: {a: 0777, b: -010, c: "010", d: 00, e: 0b11}',
      [
        '2:20 custom_fields.a: reads "0777" as the number 511 | write 777',
        '2:29 custom_fields.b: reads "-010" as the number -8 | write -10',
        '2:55 custom_fields.e: reads "0b11" as the number 3 | quote it: "0b11"',
      ],
    ],
    [
      'custom_fields: {a: 1e3, b: 0o17, c: 1.5e-7, d: 1e30, e: 1.25e-9, f: 25e-11}',
      [
        '2:20 custom_fields.a: reads "1e3" as text | write 1000',
        '2:28 custom_fields.b: reads "0o17" as text | write 15',
        '2:48 custom_fields.d: reads "1e30" as text | write 1.0e+30',
        '2:69 custom_fields.f: reads "25e-11" as text | write 2.5e-10',
      ],
    ],
    [
      'custom_fields: {a: 2024-01-15, b: 2024-1-5 1:02:03.5 +1}',
      [
        '2:20 custom_fields.a: reads "2024-01-15" as the date 2024-01-15 | quote it: "2024-01-15"',
        '2:35 custom_fields.b: reads "2024-1-5 1:02:03.5 +1" as the datetime 2024-01-05T01:02:03.500000+01:00 | quote it: "2024-1-5 1:02:03.5 +1"',
      ],
    ],
    [
      'custom_fields: {a: =, b: 0x_}',
      [
        '2:20 custom_fields.a: cannot read "=": it is a default key of YAML 1.1 | quote it: "="',
        '2:26 custom_fields.b: cannot read "0x_": it is a number without digits | quote it: "0x_"',
      ],
    ],
    [
      'prompt: {inference_params: {stop: [no, "no"]}}',
      ['2:36 prompt.inference_params.stop.0: reads "no" as the boolean false | quote it: "no"'],
    ],
    [
      'prompt: {inference_params: {max_tokens: 010}}',
      ['2:41 prompt.inference_params.max_tokens: reads "010" as the number 8 | write 10'],
    ],
    ['custom_fields: {no: 1}', ['2:17 custom_fields.no: reads "no" as the boolean false | quote it: "no"']],
    [
      'custom_fields: {2024-01-15: 1}',
      ['2:17 custom_fields.2024-01-15: reads "2024-01-15" as the date 2024-01-15 | quote it: "2024-01-15"'],
    ],
    // What a field ignores, converts to the same value, or what both versions read alike.
    ['nothing: {no: no}', []],
    ['trust_remote_code: on', []],
    ['custom_fields: {1.50: a, 0.00001: b, ~: c, y: d, oN: e, +1: f}', []],
  ])('of %s', (line, expected) => expect(told(line)).toStrictEqual(expected))

  it('of keys that the core schema reads alike, where they are sent as JSON', () => {
    expect(told('custom_fields: {1.50: a, 0.00001: b, 1.0: c, 5: d}', 'nemo-cli')).toStrictEqual([
      '2:17 custom_fields.1.50: reads "1.50" as the number 1.5 | quote it: "1.50"',
      '2:26 custom_fields.0.00001: reads "0.00001" as the number 0.00001 | quote it: "0.00001"',
    ])
  })
})
