import { describe, expect, it } from 'vitest'
import {
  boolean,
  checkOptions,
  choice,
  func,
  integer,
  limit,
  listOf,
  nested,
  nullable,
  number,
  oneOf,
  recordOf,
  required,
  text,
} from '../../src/options/index.js'

const TABLE = {
  mode: choice(['lax', 'strict']),
  bits: choice([1, 2]),
  batchSize: integer(1, 100),
  share: number(0, 1),
  maxDepth: limit(0),
  isFast: boolean,
  file: nullable(text),
  written: func(),
  names: listOf(text),
  targets: oneOf(text, listOf(text)),
  ranks: recordOf(integer(1)),
  lora: nested<{ readonly rank: number; readonly targetModules?: string }>({
    rank: required(integer(1)),
    targetModules: text,
  }),
}

describe('checkOptions', () => {
  it.each([
    [{}],
    [Object.create(null)],
    [{ mode: undefined, lora: undefined }],
    [{ mode: 'strict', bits: 2, batchSize: 100, share: 0.5, maxDepth: Number.POSITIVE_INFINITY, isFast: false }],
    [{ file: null, written: () => 1, names: [], targets: 'a', ranks: { a: 1 }, lora: { rank: 1 } }],
    [{ file: '', names: ['a'], targets: ['a'], ranks: {} }],
  ])('takes %j', (options) => {
    expect(() => checkOptions(options, TABLE)).not.toThrow()
  })

  it.each<[options: unknown, message: unknown]>([
    [{ batch_size: 4 }, 'unknown option `batch_size`; did you mean `batchSize`?'],
    [{ bacthSize: undefined }, 'unknown option `bacthSize`; did you mean `batchSize`?'],
    [
      { lora: { rank: 1, target_modules: 'a' } },
      'unknown option `lora.target_modules`; did you mean `lora.targetModules`?',
    ],
    [{ lora: { rank: 1, magic: 1 } }, 'unknown option `lora.magic`; the options are `rank`, `targetModules`'],
    [JSON.parse('{"__proto__": 1}'), expect.stringContaining('unknown option `__proto__`; the options are `mode`')],
    [{ constructor: 1 }, expect.stringContaining('unknown option `constructor`; the options are `mode`')],
    [Object.create({ mdoe: 'lax' }), 'unknown option `mdoe`; did you mean `mode`?'],
    [{ mode: 'Strict' }, '`mode` should be "lax" or "strict", not "Strict"; did you mean "strict"?'],
    [{ mode: 'none' }, '`mode` should be "lax" or "strict", not "none"'],
    [{ mode: null }, '`mode` should be "lax" or "strict", not null'],
    [{ mode: ['lax'] }, '`mode` should be "lax" or "strict", not an array'],
    [{ bits: 4 }, '`bits` should be 1 or 2, not 4'],
    [{ bits: Number.NaN }, '`bits` should be 1 or 2, not NaN'],
    [{ batchSize: '4' }, '`batchSize` should be an integer from 1 to 100, not a string'],
    [{ batchSize: 4n }, '`batchSize` should be an integer from 1 to 100, not a bigint'],
    [{ isFast: 1 }, '`isFast` should be a boolean, not a number'],
    [{ file: 1 }, '`file` should be a string, or null, not a number'],
    [{ written: {} }, '`written` should be a function, not an object'],
    [{ names: 'a' }, '`names` should be an array (each item a string), not a string'],
    [{ names: ['a', 1] }, '`names[1]` should be a string, not a number'],
    [{ targets: 1 }, '`targets` should be a string or an array (each item a string), not a number'],
    [{ targets: [null] }, '`targets[0]` should be a string, not null'],
    [{ ranks: [] }, '`ranks` should be an object (each value an integer of at least 1), not an array'],
    [{ lora: {} }, '`lora.rank` is missing: it should be an integer of at least 1'],
    [{ lora: 8 }, '`lora` should be an object, not a number'],
    ['lax', 'options should be an object, not a string'],
    [null, 'options should be an object, not null'],
    [[], 'options should be an object, not an array'],
    [new Map(), 'options should be an object, not an object of type Map'],
    [0, 'options should be an object, not a number'],
  ])('refuses case %# as wrong use', (options, message) => {
    expect(() => checkOptions(options, TABLE)).toThrow(expect.objectContaining({ name: 'TypeError', message }))
  })

  it.each([
    [{ batchSize: 0 }, '`batchSize` should be an integer from 1 to 100, not 0'],
    [{ batchSize: 1.5 }, '`batchSize` should be an integer from 1 to 100, not 1.5'],
    [{ batchSize: Number.NaN }, '`batchSize` should be an integer from 1 to 100, not NaN'],
    [{ share: 1.01 }, '`share` should be a number from 0 to 1, not 1.01'],
    [{ share: Number.NaN }, '`share` should be a number from 0 to 1, not NaN'],
    [{ maxDepth: Number.NaN }, '`maxDepth` should be an integer of at least 0, or Infinity, not NaN'],
    [{ maxDepth: -1 }, '`maxDepth` should be an integer of at least 0, or Infinity, not -1'],
    [{ ranks: { q: 0 } }, '`ranks["q"]` should be an integer of at least 1, not 0'],
    [{ lora: { rank: 0 } }, '`lora.rank` should be an integer of at least 1, not 0'],
  ])('refuses %j as out of range', (options, message) => {
    expect(() => checkOptions(options, TABLE)).toThrow(expect.objectContaining({ name: 'RangeError', message }))
  })

  it('never shows a value that may be a secret', () => {
    expect(() => checkOptions({ token: 1234 }, { token: text })).toThrow('`token` should be a string, not a number')
  })

  it('reads what a class or a prototype gives, as the function itself does', () => {
    class Given {
      get mode() {
        return 'Strict'
      }
    }
    expect(() => checkOptions(new Given(), TABLE)).toThrow('`mode`')
  })
})
