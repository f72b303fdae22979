import { describe, expect, it } from 'vitest'
import { readGgufModel, siblingParts } from '../../../src/checkpoint/read/gguf-files.js'
import { ggufFile } from '../gguf-file.js'

const METADATA = { 'general.architecture': 'llama' }
const tensors = (...names: string[]) => names.map((name) => ({ name, shape: [32], type: 0 }))

type Files = Readonly<Record<string, Uint8Array>>

const read = (files: Files) =>
  readGgufModel(
    {
      name: 'folder',
      list: async () => Object.keys(files),
      size: async (file) => files[file]?.length ?? 0,
      read: async (file, start, end) => files[file]?.slice(start, end) ?? new Uint8Array(),
    },
    Object.keys(files),
  )

describe('the GGUF files of a model', () => {
  it('are one, and the others are said to be left', async () => {
    const file = ggufFile(METADATA, tensors('a'))
    expect((await read({ 'q4.gguf': file })).notes).toStrictEqual([])
    const { header, notes } = await read({
      'q4.gguf': file,
      'q8.gguf': file,
      'mmproj-a.gguf': file,
      'b.mmproj.gguf': file,
    })
    expect(header.tensorInfos.map(({ name }) => name)).toStrictEqual(['a'])
    expect(notes).toStrictEqual([
      'only q4.gguf of 2 GGUF files was read; to read another, pass its path',
      'mmproj-a.gguf, b.mmproj.gguf projects images or audio into the model: its parameters are not counted',
    ])
  })

  it.each(['mmproj.gguf', 'a-mmproj.gguf', 'a/mmproj_b.gguf', 'A.MMPROJ-f16.gguf', 'mmproj'])(
    'are not a projector, like %s',
    async (name) => {
      await expect(read({ [name]: ggufFile(METADATA, tensors('a')) })).rejects.toMatchObject({
        code: 'no_checkpoint',
        message: `${name} is a projector (mmproj), not a model`,
        place: [name],
        help: 'pass the GGUF file of the language model',
      })
    },
  )

  it.each(['xmmproj.gguf', 'mmprojx.gguf'])('may be called %s', async (name) => {
    expect((await read({ [name]: ggufFile(METADATA, tensors('a')) })).notes).toStrictEqual([])
  })

  it.each([{ 'general.type': 'mmproj' }, { 'general.architecture': 'clip' }])(
    'are not a projector by %j',
    async (kind) => {
      await expect(read({ 'a.gguf': ggufFile({ ...METADATA, ...kind }, tensors('a')) })).rejects.toMatchObject({
        ...{ code: 'no_checkpoint', place: ['a.gguf'] },
      })
    },
  )

  it('are joined from parts, with the settings of the first', async () => {
    const first = ggufFile({ ...METADATA, 'split.count': 2, 'split.tensors.count': 3 }, tensors('a'))
    const second = ggufFile({ x: 'y' }, tensors('b', 'c'))
    const { header, notes } = await read({ 'm-00001-of-00002.gguf': first, 'm-00002-of-00002.gguf': second })
    expect(header.tensorInfos.map(({ name }) => name)).toStrictEqual(['a', 'b', 'c'])
    expect(header.metadata).toMatchObject(METADATA)
    expect(header.metadata).not.toHaveProperty('x')
    expect(notes).toStrictEqual([])
  })

  it('are refused if parts are missing', async () => {
    const file = ggufFile(METADATA, tensors('a'))
    const missing = (name: string, what: string, parts: number) => ({
      code: 'unreadable_file',
      message: `a part of the model is missing: ${what} (of ${parts} parts)`,
      place: [name],
      help: 'put all parts in one folder, with the names that llama-gguf-split gave them',
    })
    await expect(read({ 'm-00001-of-00002.gguf': file })).rejects.toMatchObject(
      missing('m-00002-of-00002.gguf', 'm-00002-of-00002.gguf', 2),
    )
    await expect(read({ 'm-00002-of-00004.gguf': file })).rejects.toMatchObject(
      missing('m-00001-of-00004.gguf', 'm-00001-of-00004.gguf and 2 more', 4),
    )
    const named = '2 files of which a.gguf is one'
    await expect(read({ 'a.gguf': ggufFile({ ...METADATA, 'split.count': 3 }, tensors('a')) })).rejects.toMatchObject(
      missing(named, named, 3),
    )
    // llama.cpp reads further parts if there is more than one.
    for (const count of [0, 1]) {
      const alone = ggufFile({ ...METADATA, 'split.count': count }, tensors('a'))
      expect((await read({ 'a.gguf': alone })).notes).toStrictEqual([])
    }
  })

  it('are refused if they hold another number of tensors than they declare', async () => {
    const file = ggufFile({ ...METADATA, 'split.tensors.count': 5 }, tensors('a', 'b'))
    await expect(read({ 'a.gguf': file })).rejects.toMatchObject({
      code: 'invalid_header',
      message: 'a.gguf declares 5 tensors in all parts, but they hold 2',
      place: ['a.gguf'],
      help: 'the parts belong to different models, or one is damaged: download them again',
    })
  })
})

it('a file without tensors may end with its header, where the data of tensors would not start yet', async () => {
  const padded = Buffer.from(ggufFile({ ...METADATA, end: 'x' }, []))
  const header = padded.subarray(0, padded.lastIndexOf('x') + 1)
  expect(header.length % 32).not.toBe(0)
  expect((await read({ 'a.gguf': header })).header).toMatchObject({ metadata: METADATA, tensorInfos: [] })
})

describe('siblingParts', () => {
  it.each([
    ['m-00002-of-00003.gguf', ['m-00001-of-00003.gguf', 'm-00002-of-00003.gguf', 'm-00003-of-00003.gguf']],
    ['a/-00001-of-00001.gguf', ['a/-00001-of-00001.gguf']],
    ['m-0002-of-00003.gguf', ['m-0002-of-00003.gguf']],
    ['m-00002-of-0003.gguf', ['m-0002-of-00003.gguf'].map(() => 'm-00002-of-0003.gguf')],
    ['m-00002-of-00003.gguf.bak', ['m-00002-of-00003.gguf.bak']],
    ['m-00001-of-01001.gguf', ['m-00001-of-01001.gguf']],
  ])('of %s are %j', (file, parts) => expect(siblingParts(file)).toStrictEqual(parts))

  it('are at most 1,000', () => expect(siblingParts('m-00001-of-01000.gguf')).toHaveLength(1000))
})
