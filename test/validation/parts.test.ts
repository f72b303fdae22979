import { Type } from '@sinclair/typebox'
import { describe, expect, it } from 'vitest'
import { isJsonContentType } from '../../src/validation/content-type.js'
import { refuseCycle } from '../../src/validation/cycle.js'
import { messageOf } from '../../src/validation/error-types.js'
import { exactInteger, WrittenFloat } from '../../src/validation/exact-numbers.js'
import { fieldErrors } from '../../src/validation/field-errors.js'
import { type ErrorDetail, validate, validateJson } from '../../src/validation/index.js'
import { isReadable, isReadExactly } from '../../src/validation/json-parse-safety.js'
import { isInstance, isNotJson, notJson } from '../../src/validation/not-json.js'
import { parseInteger } from '../../src/validation/numbers/integer-text.js'
import { planOf } from '../../src/validation/plan/plan-of.js'
import { encodingError, pythonRepr, pythonStrip } from '../../src/validation/python-text.js'
import { isRecord, setField } from '../../src/validation/record.js'
import { refuseRepeats } from '../../src/validation/repeats.js'
import { isHiddenKey, shownInput } from '../../src/validation/shown-input.js'
import { isLongerThan, isShorterThan, stripUnderscores, trim, writtenKey } from '../../src/validation/text.js'
import { scanValue } from '../../src/validation/value-scan.js'
import { visitErrors } from '../../src/validation/visit-errors.js'

describe('texts as Python writes them', () => {
  it.each([
    ['a', "'a'"],
    ["it's", '"it\'s"'],
    ['a"b', "'a\"b'"],
    ['it\'s "x"', "'it\\'s \"x\"'"],
    ['a\\b', "'a\\\\b'"],
    ['\n\r\t', "'\\n\\r\\t'"],
    ['\0', "'\\x00'"],
    ['\x7f\x9f\xa0\xad', "'\\x7f\\x9f\\xa0\\xad'"],
    ['é 🦙', "'é 🦙'"],
    ['\u2028\u3000\u200b\ue000', "'\\u2028\\u3000\\u200b\\ue000'"],
    ['\u{e0001}', "'\\U000e0001'"],
  ])('repr of %j', (text, written) => expect(pythonRepr(text)).toBe(written))

  it.each([
    [' a ', 'a'],
    ['\x1ca\x1f', 'a'],
    ['\x1ba', '\x1ba'],
    ['\ba', '\ba'],
    ['\x0ba\f', 'a'],
    ['\t\n\ra', 'a'],
    ['\ufeffa', '\ufeffa'],
    ['\x85a\xa0', 'a'],
    ['\u1680a\u2000', 'a'],
    ['\u200aa\u200b', 'a\u200b'],
    ['\u2028a\u2029', 'a'],
    ['\u202fa\u205f', 'a'],
    ['\u3000a b\u3000', 'a b'],
    [' ', ''],
  ])('strip of %j', (text, stripped) => expect(pythonStrip(text)).toBe(stripped))

  it.each([
    ['a\ud800', "'utf-8' codec can't encode character '\\ud800' in position 1: surrogates not allowed"],
    ['🦙\udc00\udc01b', "'utf-8' codec can't encode characters in position 1-2: surrogates not allowed"],
    ['\udc00a\udc01', "'utf-8' codec can't encode character '\\udc00' in position 0: surrogates not allowed"],
    ['🦙', undefined],
  ])('encoding of %j', (text, error) => expect(encodingError(text)).toBe(error))
})

describe('texts as Rust reads them', () => {
  it('count code points', () => {
    expect([
      isLongerThan('abc', 3),
      isLongerThan('abcd', 3),
      isLongerThan('🦙🦙🦙', 3),
      isLongerThan('🦙🦙🦙a', 3),
    ]).toStrictEqual([false, true, false, true])
    expect([isLongerThan('', 0), isLongerThan('a', 0)]).toStrictEqual([false, true])
    expect([
      isShorterThan('ab', 3),
      isShorterThan('abc', 3),
      isShorterThan('🦙🦙', 3),
      isShorterThan('🦙🦙🦙', 3),
      isShorterThan('🦙🦙a', 3),
    ]).toStrictEqual([true, false, true, false, false])
    expect(isShorterThan('', 0)).toBe(false)
  })

  it('are trimmed of white space, and of nothing else', () => {
    const blanks =
      '\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
    for (const blank of blanks) expect(trim(`${blank}a${blank}b${blank}`), JSON.stringify(blank)).toBe(`a${blank}b`)
    for (const other of '\x08\x0e\x1c\x1f\u180e\u200b\u2060\ufeff') expect(trim(`${other}a`)).toBe(`${other}a`)
    expect([trim(''), trim('  '), trim('a')]).toStrictEqual(['', '', 'a'])
  })

  it.each([
    ['1_000', '1000'],
    ['1_0_0', '100'],
    ['1000', undefined],
    ['_1', undefined],
    ['1_', undefined],
    ['1__0', undefined],
  ])('lose the underscores of %s', (text, stripped) => expect(stripUnderscores(text)).toBe(stripped))

  it('have three marks for each half of a character', () => {
    expect(writtenKey('a\ud800b')).toBe('a\ufffd\ufffd\ufffdb')
    expect(writtenKey('\udc00\ud800')).toBe('\ufffd'.repeat(6))
    expect(writtenKey('🦙')).toBe('🦙')
  })
})

describe('the messages of errors', () => {
  it.each([
    ['string_too_long', { max_length: 1 }, 'String should have at most 1 character'],
    ['string_too_long', { max_length: 2 }, 'String should have at most 2 characters'],
    ['string_too_short', { min_length: 1 }, 'String should have at least 1 character'],
    ['string_too_short', { min_length: 0 }, 'String should have at least 0 characters'],
    [
      'too_long',
      { field_type: 'List', max_length: 1, actual_length: 2 },
      'List should have at most 1 item after validation, not 2',
    ],
    [
      'too_short',
      { field_type: 'Tuple', min_length: 3, actual_length: 2 },
      'Tuple should have at least 3 items after validation, not 2',
    ],
    ['greater_than', { gt: 0.5 }, 'Input should be greater than 0.5'],
  ] as const)('%s with %j', (type, context, message) => expect(messageOf(type, context)).toBe(message))

  it('differ in strict mode for three types', () => {
    expect(
      ['dict_type', 'list_type', 'tuple_type', 'int_type'].map((type) =>
        messageOf(type as 'dict_type', undefined, true),
      ),
    ).toStrictEqual([
      'Input should be an object',
      'Input should be a valid array',
      'Input should be a valid array',
      'Input should be a valid integer',
    ])
    expect(messageOf('dict_type')).toBe('Input should be a valid dictionary')
  })
})

describe('errors by field', () => {
  const error = (loc: ErrorDetail['loc'], msg: string, type: ErrorDetail['type'] = 'missing'): ErrorDetail => ({
    type,
    loc,
    msg,
  })

  it('are grouped by their path without the body', () => {
    expect(
      fieldErrors([
        error(['body', 'spec', 'num_layers'], 'a'),
        error(['body', 'spec', 'num_layers'], 'b'),
        error(['body', 'adapters', 0, 'name'], 'c'),
        error(['body'], 'd'),
        error(['body', 12], 'e', 'json_invalid'),
        error(['query', 'x'], 'f'),
        error(['body', 'custom_fields', 'a.b\\c'], 'g'),
      ]),
    ).toStrictEqual({
      'spec.num_layers': ['a', 'b'],
      'adapters.0.name': ['c'],
      '': ['d', 'e'],
      'query.x': ['f'],
      'custom_fields.a\\.b\\\\c': ['g'],
    })
  })

  it('have fields with the names of prototypes', () => {
    const fields = fieldErrors([
      error(['body', '__proto__'], 'a'),
      error(['body', '__proto__'], 'b'),
      error(['body', 'toString'], 'c'),
    ])
    expect(Object.entries(fields)).toStrictEqual([
      ['__proto__', ['a', 'b']],
      ['toString', ['c']],
    ])
  })

  it('are one sentence where the route refuses the body', () => expect(fieldErrors('no')).toStrictEqual({ '': ['no'] }))
})

describe('the input of an error', () => {
  it('is a copy without integers that JSON would lose, and without the keys that FastAPI hides', () => {
    const input = {
      a: [1n, { b: 2n ** 70n, _sa_x: 1 }, null, 'x', new WrittenFloat(1)],
      _sa: 2,
      __proto: 3,
      c: undefined,
    }
    expect(shownInput(input, new Map())).toStrictEqual({
      a: [1, { b: 2 ** 70 }, null, 'x', 1],
      __proto: 3,
      c: undefined,
    })
    expect(shownInput({ a: 1n }, new Map(), true)).toStrictEqual({ a: 1n })
    expect([
      shownInput(5n, new Map()),
      shownInput(5n, new Map(), true),
      shownInput(null, new Map()),
      shownInput('x', new Map()),
    ]).toStrictEqual([5, 5n, null, 'x'])
    expect(shownInput(new WrittenFloat(2), new Map())).toBe(2)
  })

  it('leaves out the keys that FastAPI hides, however a text writes them', () => {
    for (const key of ['_sa', '_sa_x', '\\u005fsa_x', '_\\u0073a']) {
      expect(validateJson('Lora', `{"rank": {"${key}": 1, "x": [{"${key}": 2}]}}`), key).toMatchObject({
        detail: [{ type: 'int_type', input: { x: [{}] } }],
      })
      expect(JSON.stringify(validateJson('Lora', `{"rank": {"${key}": 1}}`)), key).toContain('"input":{}')
    }
  })

  it('is converted once for several errors', () => {
    const seen = new Map<object, unknown>()
    const input = [1n]
    expect(shownInput(input, seen)).toBe(shownInput(input, seen))
  })

  it('keeps the key __proto__', () => {
    expect(Object.keys(shownInput(JSON.parse('{"__proto__": 1}'), new Map()) as object)).toStrictEqual(['__proto__'])
  })

  it('needs a copy for some values only', () => {
    const needs = (value: unknown) => scanValue(value, 10).needsConversion
    expect([
      needs({ a: [1] }),
      needs({ a: [1n] }),
      needs([new WrittenFloat(1)]),
      needs({ a: { _sab: 1 } }),
      needs(5n),
      needs(5),
      needs({ a_sa: 1 }),
    ]).toStrictEqual([false, true, true, true, true, false, false])
    expect([isHiddenKey('_sa'), isHiddenKey('_sax'), isHiddenKey('sa'), isHiddenKey('x_sa')]).toStrictEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('is not looked into deeper than a limit', () => {
    expect([
      scanValue([[[]]], 3).isTooDeep,
      scanValue([[[[]]]], 3).isTooDeep,
      scanValue([], 0).isTooDeep,
      scanValue(5, 0).isTooDeep,
    ]).toStrictEqual([false, true, true, false])
    expect(scanValue({ a: {}, b: { c: { d: {} } } }, 3).isTooDeep).toBe(true)
  })
})

describe('values that no JSON text can hold', () => {
  it('contain themselves, and are named by their path', () => {
    const cycle: Record<string, unknown> = { a: { b: [1, {}] } }
    ;(cycle as { a: { b: unknown[] } }).a.b[1] = cycle['a']
    expect(() => refuseCycle(cycle, ['body'])).toThrow(
      '`body.a.b.1` is an object that contains itself, which no JSON text can hold',
    )
    const own: unknown[] = []
    own.push(own)
    expect(() => refuseCycle(own, [])).toThrow('`0` is an object')
  })

  it('do not contain themselves where they share parts', () => {
    const shared = { x: 1 }
    expect(() => refuseCycle({ a: shared, b: [shared, shared] }, [])).not.toThrow()
    expect(() => refuseCycle(5, [])).not.toThrow()
  })

  it('have a path of at most 20 steps in the message', () => {
    const root: Record<string, unknown> = {}
    let at = root
    for (let depth = 0; depth < 30; depth += 1) {
      const inner: Record<string, unknown> = {}
      at['k'] = inner
      at = inner
    }
    at['k'] = root
    expect(() => refuseCycle(root, ['body'])).toThrow(`\`body${'.k'.repeat(19)}\` is`)
  })

  it('repeat the same parts more than a million times', () => {
    const repeated = (count: number) => Array.from({ length: count }, () => SHARED)
    const SHARED = Array.from({ length: 999 }, () => 1)
    // Each repeat after the first adds 1,000 values that stand in the text again.
    expect(() => refuseRepeats(repeated(1000))).not.toThrow()
    expect(() => refuseRepeats(repeated(1010))).toThrow('the same arrays or objects so many times')
  })

  it.each([
    [() => 1, true],
    [Symbol('s'), true],
    [new Date(0), true],
    [new Map(), true],
    [/x/, true],
    [{}, false],
    [[], false],
    [null, false],
    [undefined, false],
    [new Number(5), false],
    [new WrittenFloat(5), false],
    [Object.create(null), false],
  ])('are told by their kind: %s', (value, expected) => expect(isNotJson(value)).toBe(expected))

  it('are instances of classes', () => {
    class Own {}
    expect([
      isInstance({}),
      isInstance(Object.create(null)),
      isInstance(new Own()),
      isInstance(Object.create({})),
    ]).toStrictEqual([false, false, true, true])
    expect(notJson(['body', 'a', 0], new Own()).message).toBe(
      '`body.a.0` is an instance of a class, which no JSON text can hold: pass a value as `JSON.parse` returns it, with times as ISO 8601 text',
    )
    expect(notJson([], new Date(0)).message).toContain('` is an object of type Date, which')
  })
})

describe('integers of many digits', () => {
  const ones = (count: number) => '1'.repeat(count)

  // What pydantic 2.14.4 says.
  it.each([
    ['a plus and 4,300 digits', `+${ones(4300)}`, Number.POSITIVE_INFINITY],
    ['a plus and 4,301 digits', `+${ones(4301)}`, 'int_parsing'],
    ['4,300 digits', ones(4300), Number.POSITIVE_INFINITY],
    ['4,301 digits', ones(4301), 'int_parsing_size'],
    ['a minus and 4,301 digits', `-${ones(4301)}`, 'int_parsing_size'],
    ['a blank and 4,301 digits', ` ${ones(4301)}`, 'int_parsing'],
    ['a zero and 4,300 digits', `0${ones(4300)}`, Number.POSITIVE_INFINITY],
    ['a zero and 4,301 digits', `0${ones(4301)}`, 'int_parsing'],
    ['4,300 digits and a fraction of zero', `${ones(4300)}.0`, Number.POSITIVE_INFINITY],
    ['4,301 digits and a fraction of zero', `${ones(4301)}.0`, 'int_parsing_size'],
    ['underscores between 2,153 digits', `${'1_'.repeat(2151)}11`, Number.POSITIVE_INFINITY],
    ['no digits', '+', 'int_parsing'],
    ['nothing', '', 'int_parsing'],
  ])('%s', (_, text, expected) => expect(parseInteger(text)).toBe(expected))

  it('are no dates and times beyond the largest float', () => {
    const typeOf = (format: string, value: unknown) => {
      const result = validate(Type.String({ format }), value)
      return result.ok || result.status === 400 ? result : result.detail[0]?.type
    }
    for (const value of [10n ** 400n, -(10n ** 400n)]) {
      expect(['date', 'time', 'date-time'].map((format) => typeOf(format, value))).toStrictEqual([
        'date_type',
        'time_type',
        'datetime_type',
      ])
    }
    // The largest float is a number of seconds, though too many.
    for (const value of [10n ** 308n, 1e300]) {
      expect(['date', 'time', 'date-time'].map((format) => typeOf(format, value))).toStrictEqual([
        'date_from_datetime_parsing',
        'time_parsing',
        'datetime_parsing',
      ])
    }
  })
})

describe('a date or time that is long enough in bytes alone', () => {
  const errorOf = (format: string, text: string) => {
    const result = validate(Type.String({ format }), text)
    return result.ok || result.status === 400 ? result : result.detail[0]?.msg.split(', ').slice(1).join(', ')
  }

  // What pydantic 2.14.4 says.
  it.each([
    ['é1:2', 'invalid character in hour'],
    ['é:12', 'invalid character in hour'],
    ['12:é', 'invalid character in minute'],
    ['12é1', 'invalid time separator, expected `:`'],
    ['日:1', 'invalid character in hour'],
    ['日1', 'input is too short'],
    ['！:1', 'invalid character in hour'],
    ['！1', 'input is too short'],
    ['\uffff:2', 'invalid character in hour'],
    ['\ue0001:', 'invalid character in hour'],
    ['\uffff1', 'input is too short'],
    ['🦙1', 'invalid character in hour'],
    ['🦙', 'input is too short'],
    ['12:3', 'input is too short'],
  ])('%s as a time: %s', (text, error) => expect(errorOf('time', text)).toBe(error))

  it.each([
    ['2024-01-é', 'invalid character in day'],
    ['2024-01é1', 'invalid date separator, expected `-`'],
    ['日024-1-1', 'invalid character in year'],
    ['2024é1-1', 'input is too short'],
    ['2024-01！', 'invalid date separator, expected `-`'],
    ['2024-1！', 'input is too short'],
    ['🦙24-1-1', 'invalid character in year'],
    ['2024-1-é', 'input is too short'],
  ])('%s as a date: %s', (text, error) => {
    expect(errorOf('date', text)).toBe(error)
    expect(errorOf('date-time', text)).toBe(error)
  })
})

describe('what JSON.parse may read', () => {
  it.each([
    ['1'.repeat(15), true],
    ['1'.repeat(16), false],
    [`{"a": "${'1'.repeat(16)}"}`, false],
    [`[${'1'.repeat(15)}, ${'2'.repeat(15)}]`, true],
    [`${'1,'.repeat(100)}1`, true],
    [`${'x'.repeat(7)}${'1'.repeat(16)}`, false],
    ['-0', false],
    ['[-0]', false],
    ['-0.0', true],
    ['-0e1', true],
    ['-0E1', true],
    ['-05', true],
    ['-0.0, -0', false],
    ['-1', true],
    ['', true],
  ])('%j exactly: %s', (text, expected) => expect(isReadExactly(text)).toBe(expected))

  it('exactly, if it has fewer than 16 digits in a row, wherever they are', () => {
    for (let before = 0; before < 50; before += 1) {
      for (const digits of [1, 2, 14, 15, 16, 17, 31, 32, 33]) {
        for (const behind of ['', 'x', '.5', 'x'.repeat(20)]) {
          const text = `${'x'.repeat(before)}${'9'.repeat(digits)}${behind}`
          expect(isReadExactly(text), text).toBe(digits < 16)
        }
      }
    }
  })

  it('has integers of 4,300 digits at most', () => {
    expect([
      isReadable('1'.repeat(4300), 9),
      isReadable('1'.repeat(4301), 9),
      isReadable(`${'1'.repeat(4299)},`.repeat(3), 9),
    ]).toStrictEqual([true, false, true])
  })
})

describe('a model that is none', () => {
  it.each([
    ['Lorra', 'Lora'],
    [5, 'a model should be a name such as'],
    [null, 'a model should be a name such as'],
    [undefined, 'a model should be a name such as'],
  ])('%j is refused as an unknown model', (model, words) => {
    expect(() => planOf(model as 'Lora')).toThrow(words)
    expect(() => planOf(model as 'Lora')).toThrow(TypeError)
  })
})

describe('small helpers', () => {
  it('write an integer exactly, or as text', () => {
    expect([
      exactInteger(5n),
      exactInteger(2n ** 53n + 1n),
      exactInteger(2n ** 60n),
      exactInteger(10n ** 400n),
    ]).toStrictEqual([5, '9007199254740993', 2 ** 60, `1${'0'.repeat(400)}`])
  })

  it('tell a dict, and set any key', () => {
    expect([isRecord({}), isRecord([]), isRecord(null), isRecord(new WrittenFloat(1)), isRecord('x')]).toStrictEqual([
      true,
      false,
      false,
      false,
      false,
    ])
    const target: Record<string, unknown> = {}
    setField(target, '__proto__', 1)
    setField(target, 'a', 2)
    expect([Object.entries(target), Object.getPrototypeOf(target) === Object.prototype]).toStrictEqual([
      [
        ['__proto__', 1],
        ['a', 2],
      ],
      true,
    ])
  })

  it.each([
    ['application/json', true],
    ['Application/JSON; charset=utf-8', true],
    [' application/json ;x', true],
    ['application/problem+json', true],
    ['application/+json', true],
    ['application/jsonx', false],
    ['application/json/x', false],
    ['application', false],
    ['text/json', false],
    ['application/x-json', false],
    ['', false],
  ])('read %j as JSON: %s', (type, expected) => expect(isJsonContentType(type)).toBe(expected))
})

describe('visiting errors', () => {
  const visited = (
    model: Parameters<typeof visitErrors>[0],
    value: unknown,
    failed?: WeakMap<object, Set<unknown>>,
  ) => {
    const errors: string[] = []
    const result = visitErrors(
      model,
      value,
      ({ type, loc, input }) => errors.push(`${loc.join('.')} ${type} ${JSON.stringify(input)}`),
      failed,
    )
    return { errors, result }
  }

  it('passes each error, with its place below the value', () => {
    expect(visited('Lora', { alpha: 'x' })).toStrictEqual({
      errors: ['alpha int_parsing "x"', 'rank missing {"alpha":"x"}'],
      result: { ok: false, isTooDeep: false },
    })
    expect(visited('Lora', undefined).errors).toStrictEqual([' missing null'])
    expect(visited('Lora', { rank: 8 })).toStrictEqual({
      errors: [],
      result: { ok: true, value: { alpha: null, rank: 8 } },
    })
    expect(visited('Lora', { rank: '8' }).result).toStrictEqual({ ok: true, value: { alpha: null, rank: 8 } })
  })

  it('reports what is shared once, also between values', () => {
    const layer = { name: 5 }
    const failed = new WeakMap<object, Set<unknown>>()
    const value = { rank: 1 }
    expect(visited('LinearLayerSpec', layer, failed).errors).toHaveLength(3)
    expect(visited('LinearLayerSpec', layer, failed)).toStrictEqual({
      errors: [],
      result: { ok: false, isTooDeep: false },
    })
    expect(visited('ToolCallConfig', layer, failed).result.ok).toBe(true)
    expect(visited('Lora', value, failed).result.ok).toBe(true)
  })

  it('reports no error of a member of a union that was only tried', () => {
    expect(visited('ValidationErrorLocItems', []).errors).toHaveLength(2)
    expect(visited('ValidationError', { loc: ['a', 1], msg: 'm', type: 't' }).errors).toStrictEqual([])
    expect(visited('ValidationError', { loc: [null], msg: 'm', type: 't' }).errors).toHaveLength(2)
  })

  it('stops at 1,000 levels', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 1001; depth += 1) deep = [deep]
    expect(visited('InferenceParams', { x: deep }).result).toStrictEqual({ ok: false, isTooDeep: true })
  })
})
