import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PickleValue } from '../../../../src/checkpoint/read/pickle/pickle-values.js'
import { readPickle } from '../../../../src/checkpoint/read/pickle/read-pickle.js'
import { torchTensors } from '../../../../src/checkpoint/read/pickle/torch-tensors.js'

type Pickles = Readonly<Record<string, string>>

/** What Python's pickle wrote: `test/oracle/checkpoint/pickles.py`. */
const RECORDED: {
  readonly values: readonly { readonly name: string; readonly shown: unknown; readonly pickles: Pickles }[]
  readonly checkpoints: readonly {
    readonly name: string
    readonly tensors: Readonly<Record<string, readonly [dtype: string, shape: readonly number[]]>>
    readonly shared: readonly string[]
    readonly pickles: Pickles
  }[]
} = JSON.parse(
  gunzipSync(readFileSync(new URL('../../../fixtures/checkpoint/pickles.json.gz', import.meta.url))).toString('utf8'),
)

const decoded = (pickles: Pickles) =>
  Object.entries(pickles).map(([protocol, text]) => [protocol, Buffer.from(text, 'base64')] as const)

/** A value as the record shows it. */
function shown(value: PickleValue): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return value
  if (value.kind === 'list') return value.items.map(shown)
  if (value.kind === 'global') return { global: value.name }
  if (value.kind === 'reference') return { reference: shown(value.to) }
  const entries = [...value.entries].map(([key, each]) => [key, shown(each)])
  return value.kind === 'dict' ? { entries } : { call: called(value.of), entries }
}

const called = (value: PickleValue): unknown =>
  typeof value === 'object' && value?.kind === 'global' ? value.name : shown(value)

const bytes = (text: string) => Buffer.from(text, 'latin1')
const read = (text: string) => shown(readPickle(bytes(text)).value)

describe('readPickle', () => {
  it.each(RECORDED.values.map((row) => [row.name, row] as const))('reads %s, of every protocol', (_, row) => {
    for (const [protocol, pickle] of decoded(row.pickles)) {
      const { value, end } = readPickle(pickle)
      expect(shown(value), `protocol ${protocol}`).toStrictEqual(row.shown)
      expect(end).toBe(pickle.length)
    }
  })

  it('says where a pickle ends, and starts where it is told', () => {
    expect(readPickle(bytes('xxK\x05.N.'), 2)).toStrictEqual({ value: 5, end: 5 })
    expect(readPickle(bytes('xxK\x05.N.'), 5)).toStrictEqual({ value: null, end: 7 })
  })

  // The opcodes of Python 2, and those that today's pickle does not choose. Source: pickletools.
  it.each<[pickle: string, expected: unknown]>([
    ['U\x02ab.', 'ab'],
    ['T\x02\x00\x00\x00ab.', 'ab'],
    ['\x8d\x02\x00\x00\x00\x00\x00\x00\x00ab.', 'ab'],
    ['\x8b\x01\x00\x00\x00\xff.', -1],
    ['\x8a\x00.', 0],
    // Longer than any size of a tensor: not needed.
    [`\x8a\x21${'\x01'.repeat(33)}.`, 0],
    ['(K\x01K\x02l.', [1, 2]],
    ['K\x01(K\x02K\x031.', 1],
    ['K\x01K\x020.', 1],
    ['K\x012\x86.', [1, 1]],
    ['K\x07q\x05K\x08\x86h\x05\x86.', [[7, 8], 7]],
    ['K\x07r\x05\x00\x00\x00K\x08\x86j\x05\x00\x00\x00\x86.', [[7, 8], 7]],
    ['cmod\nname\n.', { global: 'mod.name' }],
    ['U\x01aU\x01b\x93.', { global: 'a.b' }],
    ['K\x05Q.', { reference: 5 }],
    ['cm\nf\n)\x81.', { call: 'm.f', entries: [] }],
    // An object's state adds to its entries, and replaces none.
    [
      'cm\nf\n)R}(U\x01aK\x01U\x01bK\x02ub}(U\x01aK\x03U\x01cK\x04ub.',
      {
        call: 'm.f',
        entries: [
          ['a', 1],
          ['b', 2],
          ['c', 4],
        ],
      },
    ],
    ['cm\nf\n)RK\x05b.', { call: 'm.f', entries: [] }],
    ['K\x01}U\x01aK\x01sb.', 1],
    // Items of what has none are dropped.
    ['K\x01U\x01aK\x02s.', 1],
    ['K\x01K\x02a.', 1],
    ['](K\x01K\x02eK\x03a.', [1, 2, 3]],
    ['}(U\x01aK\x01U\x01bu.', { entries: [['a', 1]] }],
  ])('reads %j', (pickle, expected) => {
    expect(read(pickle)).toStrictEqual(expected)
  })

  it.each([
    ['', 'the pickle ends in the middle (byte 0)'],
    ['K', 'the pickle ends in the middle (byte 1)'],
    ['U\x05abc', 'the pickle ends in the middle (byte 2)'],
    ['cabc\ndef', 'the pickle ends in the middle (byte 5)'],
    ['N', 'the pickle ends in the middle (byte 1)'],
    ['i', 'the opcode 0x69 is not one that torch writes (byte 1)'],
    ['\x01', 'the opcode 0x01 is not one that torch writes (byte 1)'],
    ['.', 'the pickle takes a value that is not there (byte 1)'],
    ['(.', 'the pickle takes a value that is not there (byte 2)'],
    ['(2', 'the pickle takes a value that is not there (byte 2)'],
    ['2', 'the pickle takes a value that is not there (byte 1)'],
    ['K\x01t', 'the pickle has no mark (byte 3)'],
    ['h\x00', 'the pickle uses a value that it does not have (byte 2)'],
    ['\x8b\xff\xff\xff\xff', 'the pickle ends in the middle (byte 5)'],
  ])('refuses %j: %s', (pickle, message) => {
    expect(() => read(pickle)).toThrow(expect.objectContaining({ name: 'PickleError', message }))
  })
})

describe('torchTensors', () => {
  it.each(RECORDED.checkpoints.map((row) => [row.name, row] as const))('finds the tensors: %s', (_, row) => {
    for (const [protocol, pickle] of decoded(row.pickles)) {
      const { tensors, shared } = torchTensors(readPickle(pickle).value)
      const found = Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, [dtype, shape]]))
      expect(found, `protocol ${protocol}`).toStrictEqual(row.tensors)
      expect(shared).toStrictEqual(row.shared)
    }
  })

  it('has the size of each tensor between its offsets', () => {
    const { pickles } = RECORDED.checkpoints.find(({ name }) => name === 'storages') ?? { pickles: {} }
    const [first] = decoded(pickles)
    const { tensors } = torchTensors(readPickle(first?.[1] ?? Buffer.of()).value)
    // Six elements of 4, 2, 2, 8, 8, 4, 2, 1, 1, 1 and 8 bytes, one after another.
    const ends = [24, 36, 48, 96, 144, 168, 180, 186, 192, 198, 246]
    expect([...tensors.values()].map(({ offsets }) => offsets)).toStrictEqual(
      ends.map((end, index) => [index === 0 ? 0 : ends[index - 1], end]),
    )
  })

  it("finds those of each module in HQQ's qmodel.pt, also under `meta`", () => {
    const dict = (entries: Readonly<Record<string, PickleValue>>): PickleValue => {
      return { kind: 'dict', entries: new Map(Object.entries(entries)) }
    }
    const model = dict({
      'model.norm': dict({ weight: tensor('0', 'BFloat16Storage', [8]) }),
      'layers.0.q_proj': dict({
        W_q: tensor('1', 'ByteStorage', [4, 8]),
        meta: dict({ nbits: 4, scale: tensor('2', 'HalfStorage', [8, 1]) }),
        bias: null,
      }),
    })
    const { tensors } = torchTensors(model)
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, ...shape])).toStrictEqual([
      ['model.norm.weight', 'BF16', 8],
      ['layers.0.q_proj.W_q', 'U8', 4, 8],
      ['layers.0.q_proj.scale', 'F16', 8, 1],
    ])
    // The state of an optimizer has dictionaries too, but no packed weights.
    expect(torchTensors(dict({ state: dict({ step: tensor('0', 'FloatStorage', [1]) }) })).tensors.size).toBe(0)
  })
})

function tensor(key: string, storage: string, shape: readonly number[]): PickleValue {
  const list = (...items: PickleValue[]): PickleValue => ({ kind: 'list', items })
  const of: PickleValue = { kind: 'global', name: 'torch._utils._rebuild_tensor_v2' }
  const to = list('storage', { kind: 'global', name: `torch.${storage}` }, key, 'cpu', 64)
  return { kind: 'call', of, arguments: list({ kind: 'reference', to }, 0, list(...shape)), entries: new Map() }
}
