import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Generator } from './generator.js'

/** A file that differs from the output of its generator. */
export interface StaleFile {
  /** The path from the root, with forward slashes. */
  readonly path: string
  readonly text: string
  /** The name of its generator. */
  readonly generator: string
}

/** All files that differ from the current output of their generators. */
export async function staleFiles(root: string, generators: readonly Generator[]): Promise<StaleFile[]> {
  const made = await Promise.all(generators.map(async ({ name, files }) => ({ name, files: await files() })))
  const stale: StaleFile[] = []
  for (const { name, files } of made) {
    for (const [path, text] of files) {
      if ((await textOf(join(root, path))) !== text) stale.push({ path, text, generator: name })
    }
  }
  return stale
}

/** Writes all files or none: first next to their targets, then over them. Undoes everything if a step fails. */
export async function writeFiles(root: string, files: readonly StaleFile[]): Promise<void> {
  if (files.length === 0) return
  const folder = await mkdtemp(join(root, '.generate-'))
  const moved: { readonly path: string; readonly before: string | undefined }[] = []
  try {
    for (const { path, text } of files) await write(join(folder, path), text)
    for (const { path } of files) {
      const place = join(root, path)
      const before = await textOf(place, false)
      await mkdir(dirname(place), { recursive: true })
      await rename(join(folder, path), place)
      moved.push({ path: place, before })
    }
  } catch (error) {
    for (const { path, before } of moved) await (before === undefined ? rm(path) : writeFile(path, before))
    throw error
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** The text of a file, or undefined if it does not exist. A checkout with CRLF is not stale. */
async function textOf(path: string, isNormalised = true): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return isNormalised ? text.replaceAll('\r\n', '\n') : text
  } catch {
    return undefined
  }
}
