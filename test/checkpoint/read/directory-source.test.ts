import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CheckpointError } from '../../../src/architecture/index.js'
import { directorySource } from '../../../src/checkpoint/read/directory-source.js'

let top = ''

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'checkpoint-'))
})

afterEach(() => {
  rmSync(top, { recursive: true })
})

function write(path: string, content = 'x'): string {
  const full = join(top, path)
  mkdirSync(join(full, '..'), { recursive: true })
  writeFileSync(full, content)
  return full
}

describe('directorySource', () => {
  it('lists files and those one folder deep, hidden ones left out', async () => {
    for (const path of ['model/b.txt', 'model/a.txt', 'model/1_Pooling/config.json', 'model/.git/HEAD', 'model/x/y/z'])
      write(path)
    const source = await directorySource(join(top, 'model'))
    expect(await source.list()).toStrictEqual(['a.txt', 'b.txt', '1_Pooling/config.json'])
  })

  it('reads a part of a file, and less where the file ends before', async () => {
    write('model/a.txt', 'abcdef')
    const source = await directorySource(join(top, 'model'))
    expect(new TextDecoder().decode(await source.read('a.txt', 2, 4))).toBe('cd')
    expect(new TextDecoder().decode(await source.read('a.txt', 4, 99))).toBe('ef')
    expect(await source.read('a.txt', 9, 12)).toHaveLength(0)
    expect(await source.size('a.txt')).toBe(6)
  })

  it('refuses a link that leads out of the folder', async () => {
    write('model/config.json')
    symlinkSync(write('secret.json'), join(top, 'model/link.json'))
    const source = await directorySource(join(top, 'model'))
    await expect(source.read('link.json', 0, 1)).rejects.toMatchObject({
      code: 'path_outside_checkpoint',
      place: ['link.json'],
    })
    await expect(source.read('../secret.json', 0, 1)).rejects.toMatchObject({ code: 'path_outside_checkpoint' })
  })

  it('does not take a sibling for the inside because its name begins alike', async () => {
    write('model/config.json')
    write('model-two/config.json')
    const source = await directorySource(join(top, 'model'))
    await expect(source.read('../model-two/config.json', 0, 1)).rejects.toMatchObject({
      code: 'path_outside_checkpoint',
    })
  })

  it("follows the links of the hub's cache into its blobs", async () => {
    write('models--org--name/blobs/abc', 'blob')
    mkdirSync(join(top, 'models--org--name/snapshots/main'), { recursive: true })
    symlinkSync('../../blobs/abc', join(top, 'models--org--name/snapshots/main/config.json'))
    const source = await directorySource(join(top, 'models--org--name/snapshots/main'))
    expect(new TextDecoder().decode(await source.read('config.json', 0, 9))).toBe('blob')
  })

  it('follows them nowhere else in the repository, and in no folder of another name', async () => {
    write('models--org--name/refs/main', 'x')
    write('models--org--name/blobs-2/abc', 'x')
    const snapshots = ['models--org--name/snapshots/main', 'models--org--name/other/main', 'org/snapshots/main']
    for (const snapshot of snapshots) {
      mkdirSync(join(top, snapshot), { recursive: true })
      mkdirSync(join(top, snapshot, '../../blobs'), { recursive: true })
      writeFileSync(join(top, snapshot, '../../blobs/abc'), 'blob')
      symlinkSync('../../blobs/abc', join(top, snapshot, 'blob.json'))
      symlinkSync('../../blobs-2/abc', join(top, snapshot, 'other.json'))
      symlinkSync('../../refs/main', join(top, snapshot, 'ref.json'))
    }
    const read = async (snapshot: string, file: string) => {
      const source = await directorySource(join(top, snapshot))
      return source.read(file, 0, 9).then(
        (bytes) => new TextDecoder().decode(bytes),
        (error: unknown) => (error instanceof CheckpointError ? error.code : error),
      )
    }
    const [cache = '', ...others] = snapshots
    expect(await read(cache, 'blob.json')).toBe('blob')
    for (const file of ['other.json', 'ref.json']) expect(await read(cache, file)).toBe('path_outside_checkpoint')
    for (const snapshot of others) expect(await read(snapshot, 'blob.json')).toBe('path_outside_checkpoint')
    for (const kind of ['datasets', 'spaces']) {
      write(`${kind}--org--name/blobs/abc`, 'blob')
      mkdirSync(join(top, `${kind}--org--name/snapshots/main`), { recursive: true })
      symlinkSync('../../blobs/abc', join(top, `${kind}--org--name/snapshots/main/blob.json`))
      expect(await read(`${kind}--org--name/snapshots/main`, 'blob.json')).toBe('blob')
    }
  })

  it('says why a file cannot be read, and which', async () => {
    write('model/config.json')
    mkdirSync(join(top, 'model/folder'))
    symlinkSync('loop.json', join(top, 'model/loop.json'))
    const source = await directorySource(join(top, 'model'))
    const failure = (file: string, message: string) => ({ code: 'unreadable_file', message, place: [file] })
    await expect(source.read('gone.json', 0, 1)).rejects.toMatchObject(
      failure('gone.json', 'gone.json cannot be read: no such file, or a broken link'),
    )
    await expect(source.read('loop.json', 0, 1)).rejects.toMatchObject(
      failure('loop.json', 'loop.json cannot be read: its links form a cycle'),
    )
    await expect(source.read('folder', 0, 1)).rejects.toMatchObject(
      failure('folder', 'folder cannot be read: it is a folder'),
    )
    await expect(source.size('folder')).rejects.toMatchObject(failure('folder', 'folder is not a file'))
    await expect(source.size('config.json/x')).rejects.toMatchObject(
      failure('config.json/x', 'config.json/x cannot be read: ENOTDIR'),
    )
    const missing = join(top, 'nothing')
    await expect(directorySource(missing)).rejects.toMatchObject({
      ...{ code: 'no_checkpoint', message: `no such file or folder: ${missing}`, place: [missing] },
    })
    const outside = write('outside.json')
    symlinkSync(outside, join(top, 'model/out.json'))
    await expect(source.size('out.json')).rejects.toMatchObject({
      code: 'path_outside_checkpoint',
      message: `out.json is a link that leads out of ${join(top, 'model')}`,
      place: ['out.json'],
      help: 'put the file itself into the checkpoint folder',
    })
  })

  it('lists links, and no hidden folders', async () => {
    for (const path of ['model/b/x.txt', 'model/a/y.txt', 'model/a/.z', 'model/.hidden']) write(path)
    symlinkSync('b/x.txt', join(top, 'model/link.txt'))
    const source = await directorySource(join(top, 'model'))
    expect(await source.list()).toStrictEqual(['link.txt', 'a/y.txt', 'b/x.txt'])
    expect(source.name).toBe(join(top, 'model'))
  })

  it('reports a cycle of links, and a broken link', async () => {
    write('model/config.json')
    symlinkSync('loop.json', join(top, 'model/loop.json'))
    symlinkSync('nowhere.json', join(top, 'model/dangling.json'))
    const source = await directorySource(join(top, 'model'))
    await expect(source.read('loop.json', 0, 1)).rejects.toMatchObject({
      code: 'unreadable_file',
      message: expect.stringContaining('cycle'),
    })
    await expect(source.read('dangling.json', 0, 1)).rejects.toMatchObject({ code: 'unreadable_file' })
  })

  it('tells a folder that is not there', async () => {
    await expect(directorySource(join(top, 'nothing'))).rejects.toMatchObject({ code: 'no_checkpoint' })
  })
})
