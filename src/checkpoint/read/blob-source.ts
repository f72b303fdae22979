import { CheckpointError } from '../../architecture/index.js'
import type { FileSource } from './file-source.js'

/**
 * A checkpoint in a browser: files that a user picked or dropped, or blobs by name. Only the requested byte ranges are
 * read.
 *
 * @param files - a `FileList`, an array of `File`, or blobs by name
 */
export function blobSource(files: Iterable<File> | ReadonlyMap<string, Blob>): FileSource {
  const blobs = files instanceof Map ? new Map<string, Blob>(files) : namedFiles(files)

  function blobOf(file: string): Blob {
    const blob = blobs.get(file)
    if (blob) return blob
    throw new CheckpointError('unreadable_file', `${file} is not among the files`, { place: [file] })
  }

  return {
    name: 'the files',
    list: async () => [...blobs.keys()],
    size: async (file) => blobOf(file).size,
    read: async (file, start, end) => new Uint8Array(await blobOf(file).slice(start, end).arrayBuffer()),
  }
}

/** Paths of files in a picked folder start with the folder's name, which is removed. */
function namedFiles(files: Iterable<File | [string, Blob]>): Map<string, Blob> {
  const named = new Map<string, Blob>()
  for (const file of files) {
    if (Array.isArray(file)) named.set(...file)
    else named.set(pathInFolder(file) || file.name, file)
  }
  return named
}

/** Only browsers set the path. */
function pathInFolder(file: File): string {
  const path = 'webkitRelativePath' in file ? file.webkitRelativePath : ''
  return path.split('/').slice(1).join('/')
}
