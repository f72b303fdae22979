import { open, readdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { FileSource } from 'model-entity/checkpoint/read'

/** Bounds for reading a checkpoint: a fileset is written by users. */
export interface ReadingLimits {
  readonly maxFiles: number
  readonly maxBytes: number
  /** The time, as of `performance.now()`, after which nothing more is read. */
  readonly deadlineMs: number
}

/**
 * A fileset's folder as a source of checkpoint files. Nothing outside the folder is read, and no more than the limits allow.
 *
 * @param folder - a real path
 */
export function filesetSource(folder: string, name: string, limits: ReadingLimits): FileSource {
  let bytesLeft = limits.maxBytes

  /** A link in the fileset must not lead out of it. */
  async function pathOf(file: string): Promise<string> {
    if (performance.now() > limits.deadlineMs) throw new Error('reading the checkpoint takes too long')
    const path = await realpath(join(folder, file))
    if (path.startsWith(folder + sep)) return path
    throw new Error(`${file} is a link that leads out of the fileset`)
  }

  async function withFile<Result>(file: string, work: (handle: Awaited<ReturnType<typeof open>>) => Promise<Result>) {
    const handle = await open(await pathOf(file))
    try {
      const entry = await handle.stat()
      if (!entry.isFile()) throw new Error(`${file} is not a file`)
      return await work(handle)
    } finally {
      await handle.close()
    }
  }

  return {
    name,
    async list() {
      const files: string[] = []
      const top = await readdir(folder, { withFileTypes: true })
      for (const entry of top) {
        if (entry.name.startsWith('.')) continue
        if (!entry.isDirectory()) files.push(entry.name)
        else files.push(...(await readdir(join(folder, entry.name))).map((file) => `${entry.name}/${file}`))
        if (files.length > limits.maxFiles) throw new Error(`the fileset has more than ${limits.maxFiles} files`)
      }
      return files.sort()
    },
    size: (file) => withFile(file, async (handle) => (await handle.stat()).size),
    read: (file, start, end) =>
      withFile(file, async (handle) => {
        const { size } = await handle.stat()
        const length = Math.max(0, Math.min(end, size) - start)
        bytesLeft -= length
        if (bytesLeft < 0)
          throw new Error(`the files that describe the checkpoint have more than ${limits.maxBytes} bytes`)
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, start)
        return buffer.subarray(0, bytesRead)
      }),
  }
}
