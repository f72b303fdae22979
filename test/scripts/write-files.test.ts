import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Generator } from '../../scripts/generate/generator.js'
import { staleFiles, writeFiles } from '../../scripts/generate/write-files.js'

let root = ''

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'generate-'))
  await writeFile(join(root, 'a.txt'), 'old a')
  await mkdir(join(root, 'b.txt'))
})
afterEach(() => rm(root, { recursive: true }))

const good = generator('good', { 'a.txt': 'new a', 'deep/er/c.txt': 'c' })

it('writes what is stale, and then nothing is', async () => {
  await generate([good])
  expect(await tree()).toEqual({ 'a.txt': 'new a', 'deep/er/c.txt': 'c' })
  expect(await staleFiles(root, [good])).toEqual([])
})

it('takes a checkout with CRLF for what it is', async () => {
  await writeFile(join(root, 'a.txt'), 'one\r\ntwo\r\n')
  expect(await staleFiles(root, [generator('good', { 'a.txt': 'one\ntwo\n' })])).toEqual([])
})

it('leaves the tree as it was when a generator fails', async () => {
  const failing: Generator = { name: 'failing', files: () => Promise.reject(new Error('no such kind')) }
  await expect(generate([good, failing])).rejects.toThrow('no such kind')
  expect(await tree()).toEqual({ 'a.txt': 'old a' })
})

it('leaves the tree as it was when a file cannot be put into its place', async () => {
  // A folder stands where this file should.
  await expect(generate([good, generator('blocked', { 'b.txt': 'b' })])).rejects.toThrow()
  expect(await tree()).toEqual({ 'a.txt': 'old a' })
})

async function generate(generators: readonly Generator[]): Promise<void> {
  await writeFiles(root, await staleFiles(root, generators))
}

function generator(name: string, files: Readonly<Record<string, string>>): Generator {
  return { name, files: () => Promise.resolve(new Map(Object.entries(files))) }
}

/** Every file and its text; folders that are empty do not count. */
async function tree(): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = files
    .sort()
    .map(async (file) => [file.slice(root.length + 1).replaceAll('\\', '/'), await readFile(file, 'utf8')])
  return Object.fromEntries(await Promise.all(texts))
}
