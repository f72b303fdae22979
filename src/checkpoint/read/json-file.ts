import { CheckpointError } from '../../architecture/index.js'
import { jsonValue, readJson } from '../../json/index.js'
import type { FileSource } from './file-source.js'

/** The size limit for small files, in bytes. The index of a model with 100,000 tensors is a tenth of it. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024

/** Reads a small JSON file. `Infinity` and `NaN`, which Python writes into configs, are accepted as numbers. */
export async function readJsonFile(source: FileSource, file: string): Promise<unknown> {
  const read = readJson(await readText(source, file), { constants: true })
  if (read.ok) return jsonValue(read.root)
  throw new CheckpointError('invalid_json', `${file}: ${read.error.message} (character ${read.error.position})`, {
    place: [file, read.error.position],
  })
}

/** Reads a small text file. */
export async function readText(source: FileSource, file: string): Promise<string> {
  const size = await source.size(file)
  if (size > MAX_TEXT_BYTES) {
    throw new CheckpointError('unreadable_file', `${file} has ${size} bytes; at most ${MAX_TEXT_BYTES} are allowed`, {
      place: [file],
    })
  }
  const bytes = await source.read(file, 0, size)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CheckpointError('invalid_json', `${file} is not UTF-8`, { place: [file] })
  }
}
