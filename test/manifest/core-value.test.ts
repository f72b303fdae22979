import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isScalar, parseDocument } from 'yaml'
import { coreValue } from '../../src/manifest/yaml-quick/core-value.js'

/** What `yaml` reads, with integers as `bigint`. */
function read(written: string): unknown {
  const { contents } = parseDocument(written, { intAsBigInt: true })
  return isScalar(contents) ? contents.value : contents
}

function own(written: string): unknown {
  const value = coreValue(written)
  const isInteger = typeof value === 'number' && typeof read(written) === 'bigint'
  return isInteger ? BigInt(value) : value
}

describe('a plain scalar is to the quick reader what it is to yaml', () => {
  it.each([
    ...[
      '.5',
      '.55',
      '5.',
      '55.5',
      '.55e3',
      '.5E-33',
      '5.e+3',
      '55e33',
      '5e3',
      '+.5',
      '-5.5e5',
      '1e',
      '.e5',
      '.',
      '+',
      '5.5.5',
    ],
    ...[
      '0',
      '-0',
      '+17',
      '017',
      '0o17',
      '0o18',
      '0x1F',
      '0x1G',
      '9007199254740991',
      '9007199254740992',
      '-9007199254740993',
    ],
    ...[
      '.inf',
      '-.Inf',
      '+.INF',
      '.iNf',
      '.nan',
      '.NaN',
      '.NAN',
      '-.nan',
      '~',
      'Null',
      'nULL',
      'TRUE',
      'tRUE',
      'False',
    ],
  ])('%s', (written) => {
    expect(own(written)).toStrictEqual(read(written))
  })

  it('whatever it is', () => {
    const numberLike = fc.stringMatching(/^[-+.0-9][-+.0-9eExoabF]{0,8}$/)
    fc.assert(
      fc.property(numberLike, (written) => {
        // Markers and items of a list are no plain scalars.
        fc.pre(!/^(?:-|---|\.\.\.)$/.test(written))
        expect(own(written), written).toStrictEqual(read(written))
      }),
    )
  })
})
