import { describe, expect, it } from 'vitest'
import { foldedLinearLayers, foldedParameters, linearLayers, totalParameters } from '../../src/architecture/index.js'
import { architectureFromSafetensors } from '../../src/checkpoint/index.js'
import { readRecords } from '../architecture/records.js'
import { headersOfRecord } from './headers-of-record.js'

const RECORDS = readRecords('public.jsonl.gz').map((record) => [record.name, record] as const)

describe('The headers alone tell', () => {
  it.each(RECORDS)('total, shapes and linear layers of %s as transformers has them', (_, record) => {
    const stored = architectureFromSafetensors(headersOfRecord(record))
    const untied = Object.entries(record.linear_layers).filter(([name]) => record.tied[`${name}.weight`] === undefined)
    expect(totalParameters(stored)).toBe(record.total_parameters)
    expect(Object.fromEntries(foldedParameters(stored))).toStrictEqual(record.parameters)
    expect(Object.fromEntries(foldedLinearLayers(stored))).toStrictEqual(Object.fromEntries(untied))
  })

  it('the linear layers of a family that nobody knows', () => {
    const tensors = new Map([
      ['brain.embed_tokens.weight', { dtype: 'BF16', shape: [1000, 64], offsets: [0, 128_000] }],
      ['brain.layers.0.mix.weight', { dtype: 'BF16', shape: [256, 64], offsets: [128_000, 160_768] }],
      ['brain.layers.0.norm.weight', { dtype: 'BF16', shape: [64], offsets: [160_768, 160_896] }],
    ] as const)
    const stored = architectureFromSafetensors([{ tensors }])
    expect([...linearLayers(stored)]).toStrictEqual([
      { name: 'brain.layers.0.mix', inFeatures: 64, outFeatures: 256, stored: 'Linear' },
    ])
    expect(totalParameters(stored)).toBe(64_000 + 16_384 + 64)
  })

  it('nothing of a name that is nested beyond reason', () => {
    const tensors = new Map([['a.'.repeat(100_000), { dtype: 'BF16', shape: [1], offsets: [0, 2] } as const]])
    expect(() => architectureFromSafetensors([{ tensors }])).toThrow('100001 levels')
  })

  it('a module called __proto__ as a module like any other', () => {
    const tensors = new Map([['__proto__.weight', { dtype: 'BF16', shape: [2, 3], offsets: [0, 12] } as const]])
    expect([...linearLayers(architectureFromSafetensors([{ tensors }]))]).toMatchObject([{ name: '__proto__' }])
  })

  it('layers in the order of their numbers, whatever the order of the file', () => {
    const layer = (index: number) =>
      [`m.layers.${index}.a.weight`, { dtype: 'BF16', shape: [2, 3], offsets: [0, 12] }] as const
    const stored = architectureFromSafetensors([{ tensors: new Map([10, 2, 0, 1].map(layer)) }])
    expect(stored.root.children?.['m']?.children?.['layers']?.items?.map(({ indices }) => indices)).toStrictEqual([
      [0, 1, 2, 10],
    ])
  })
})
