import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blobSource } from '../../../src/checkpoint/read/blob-source.js'
import type { FileSource } from '../../../src/checkpoint/read/file-source.js'
import { hubSource } from '../../../src/checkpoint/read/hub/hub-source.js'
import { pathSource } from '../../../src/checkpoint/read/path-source.js'
import { type HubServer, hubServer } from './hub/hub-server.js'

const text = async (source: FileSource, file: string, start = 0, end = 100) =>
  new TextDecoder().decode(await source.read(file, start, end))

describe('the files of a browser', () => {
  it('are listed, measured and read by name', async () => {
    const source = blobSource(new Map([['config.json', new Blob(['0123456789'])]]))
    expect([source.name, await source.list(), await source.size('config.json')]).toStrictEqual([
      'the files',
      ['config.json'],
      10,
    ])
    expect(await text(source, 'config.json', 2, 5)).toBe('234')
  })

  it('lose the name of the folder that was picked', async () => {
    const inFolder = Object.assign(new File(['a'], 'config.json'), { webkitRelativePath: 'llama/sub/config.json' })
    const alone = Object.assign(new File(['b'], 'model.gguf'), { webkitRelativePath: '' })
    expect(await blobSource([inFolder, alone, new File(['c'], 'other.json')]).list()).toStrictEqual([
      'sub/config.json',
      'model.gguf',
      'other.json',
    ])
  })

  it('that are not there are named', async () => {
    const source = blobSource([])
    const failure = {
      name: 'CheckpointError',
      code: 'unreadable_file',
      message: expect.stringContaining('config.json is not among the files'),
      place: ['config.json'],
    }
    await expect(source.size('config.json')).rejects.toMatchObject(failure)
    await expect(source.read('config.json', 0, 1)).rejects.toMatchObject(failure)
  })
})

describe('a path', () => {
  let folder = ''

  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'sources-')), 'tiny')
    mkdirSync(folder)
    const files = [
      'config.json',
      'other.json',
      'm.safetensors',
      'adapter_config.json',
      'm-00001-of-00002.gguf',
      'm-00002-of-00002.gguf',
      'consolidated.00.pth',
      'consolidated.01.pth',
      'other.pth',
    ]
    for (const file of files) writeFileSync(join(folder, file), file)
  })

  afterAll(() => rmSync(join(folder, '..'), { recursive: true }))

  it.each([
    ['other.json', 'config.json', 'tiny/other'],
    ['config.json', 'config.json', 'tiny'],
    ['m.safetensors', 'm.safetensors', 'tiny/m'],
  ])('of the file %s is that file alone, as %s', async (file, as, name) => {
    const source = await pathSource(join(folder, file))
    expect(await source.list()).toStrictEqual([as])
    expect(await text(source, as)).toBe(file)
    expect(await source.size(as)).toBe(file.length)
    expect(source.name.endsWith(name)).toBe(true)
  })

  it.each(['adapter_config.json', 'adapter_model.safetensors', 'adapter_model.bin'])(
    'of the file %s of an adapter is its folder',
    async (file) => {
      writeFileSync(join(folder, file), file)
      const source = await pathSource(join(folder, file))
      expect(source.name).toBe(folder)
      expect(await source.list()).toContain('m.safetensors')
    },
  )

  it.each(['my_adapter_config.json', 'adapter_config.json5', 'adapter_model.safetensors.json'])(
    'of the file %s is that file alone, which is not of an adapter',
    async (file) => {
      writeFileSync(join(folder, file), file)
      const source = await pathSource(join(folder, file))
      expect(await source.list()).toStrictEqual(['config.json'])
      expect(await text(source, 'config.json')).toBe(file)
      rmSync(join(folder, file))
    },
  )

  it.each(['m.bin', 'm.pth', 'm.pt'])('of a file of torch is that file, with its own name: %s', async (file) => {
    writeFileSync(join(folder, file), file)
    const source = await pathSource(join(folder, file))
    expect([await source.list(), source.isFile, source.name]).toStrictEqual([[file], true, join(folder, file)])
    expect(await text(source, file)).toBe(file)
  })

  it('of a folder is that folder, and one that is not there is an error', async () => {
    expect((await pathSource(folder)).name).toBe(folder)
    const nothing = join(folder, 'nothing.gguf')
    await expect(pathSource(nothing)).rejects.toMatchObject({ code: 'no_checkpoint', place: [nothing] })
  })

  it('of a part of a GGUF model is all parts that are there, under the name of the model', async () => {
    const source = await pathSource(join(folder, 'm-00001-of-00002.gguf'))
    expect(await source.list()).toStrictEqual(['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'])
    expect([source.name, source.isFile]).toStrictEqual([join(folder, 'm'), true])
    writeFileSync(join(folder, 'n-00002-of-00002.gguf'), '')
    expect(await (await pathSource(join(folder, 'n-00002-of-00002.gguf'))).list()).toStrictEqual([
      'n-00002-of-00002.gguf',
    ])
    writeFileSync(join(folder, 'one.gguf'), '')
    expect((await pathSource(join(folder, 'one.gguf'))).name).toBe(join(folder, 'one'))
  })

  it("of one of Meta's files is all of them, since each has a slice of every tensor", async () => {
    const source = await pathSource(join(folder, 'consolidated.01.pth'))
    expect(await source.list()).toStrictEqual(['consolidated.00.pth', 'consolidated.01.pth'])
    expect([source.name, source.isFile]).toStrictEqual([join(folder, 'consolidated.01.pth'), true])
    expect(await (await pathSource(join(folder, 'other.pth'))).list()).toStrictEqual(['other.pth'])
  })
})

describe('a repository on the hub', () => {
  let hub: HubServer

  beforeAll(async () => {
    hub = await hubServer({ 'org/model': { files: { 'config.json': new TextEncoder().encode('0123456789') } } })
  })

  afterAll(() => hub.close())

  it('is asked for its list of files once, and for nothing to measure one', async () => {
    const asked: string[] = []
    const spy: typeof fetch = (input, init) => {
      asked.push(`${new Headers(init?.headers).get('range') ?? 'whole'}`)
      return fetch(input, init)
    }
    const source = await hubSource('org/model', { hubUrl: hub.url, fetch: spy, offline: false })
    expect(await source.size('config.json')).toBe(10)
    expect(await source.list()).toStrictEqual(['config.json'])
    expect(await text(source, 'config.json', 2, 100)).toBe('23456789')
    expect(asked).toStrictEqual(['whole', 'bytes=2-9'])
  })
})
