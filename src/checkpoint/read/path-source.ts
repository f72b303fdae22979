import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { directorySource } from './directory-source.js'
import type { FileSource } from './file-source.js'

/**
 * A checkpoint at a path: a folder, or one file as a checkpoint of its own (a config under whatever name, a safetensors
 * or a GGUF file).
 *
 * @throws CheckpointError `no_checkpoint` where nothing is there
 */
export async function pathSource(path: string): Promise<FileSource> {
  const isFile = await stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  )
  if (!isFile) return directorySource(path)
  const directory = await directorySource(dirname(path))
  const file = basename(path)
  const name = /\.(?:safetensors|gguf)$/.test(file) ? file : 'config.json'
  return {
    name: file === 'config.json' ? dirname(resolve(path)) : path.replace(/\.(?:json|safetensors|gguf)$/, ''),
    list: async () => [name],
    size: async () => directory.size(file),
    read: async (_, start, end) => directory.read(file, start, end),
  }
}
