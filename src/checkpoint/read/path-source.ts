import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { directorySource } from './directory-source.js'
import type { FileSource } from './file-source.js'
import { siblingParts } from './gguf-files.js'
import { isMetaFile } from './pickle/conversion.js'

/**
 * A checkpoint at a path: a folder, or a single file (a config of any name, or a file of safetensors, GGUF or torch). The path
 * of a file of an adapter means its whole folder, and the path of one part of a GGUF model means all parts.
 *
 * @throws CheckpointError `no_checkpoint` if the path does not exist
 */
export async function pathSource(path: string): Promise<FileSource> {
  const isFile = await stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  )
  if (!isFile) return directorySource(path)
  const directory = await directorySource(dirname(path))
  const file = basename(path)
  if (file.endsWith('.gguf')) return partsSource(path, directory, siblingParts(file))
  if (/^adapter_(?:config\.json|model\.(?:safetensors|bin))$/.test(file)) return directory
  // Each of Meta's files has a slice of every tensor, so one of several is not a model.
  if (isMetaFile(file)) return { ...directory, name: path, isFile: true, list: () => metaFiles(directory) }
  if (/\.(?:bin|pth|pt)$/.test(file)) return { ...directory, name: path, isFile: true, list: async () => [file] }
  const name = file.endsWith('.safetensors') ? file : 'config.json'
  return {
    name: file === 'config.json' ? dirname(resolve(path)) : path.replace(/\.(?:json|safetensors|gguf)$/, ''),
    list: async () => [name],
    size: async () => directory.size(file),
    read: async (_, start, end) => directory.read(file, start, end),
  }
}

/** A GGUF file with the other parts of its model, from the same folder. */
async function partsSource(path: string, directory: FileSource, parts: readonly string[]): Promise<FileSource> {
  const present = new Set(await directory.list())
  return {
    ...directory,
    name: path.replace(/(?:-\d{5}-of-\d{5})?\.gguf$/, ''),
    isFile: true,
    list: async () => parts.filter((part) => present.has(part)),
  }
}

async function metaFiles(directory: FileSource): Promise<readonly string[]> {
  return (await directory.list()).filter(isMetaFile)
}
