import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
