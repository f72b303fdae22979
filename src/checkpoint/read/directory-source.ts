import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { CheckpointError } from '../../architecture/index.js'
import type { FileSource } from './file-source.js'

/**
 * A checkpoint in a folder. Nothing outside the folder is read: links that lead out of it are refused, except links into
 * the blobs folder of the hub's cache, which its snapshots consist of.
 *
 * @throws CheckpointError `no_checkpoint` if the folder does not exist, `path_outside_checkpoint` for a link that leads
 * out of it
 */
export async function directorySource(directory: string): Promise<FileSource> {
  const root = await realpath(directory).catch(() => {
    throw new CheckpointError('no_checkpoint', `no such file or folder: ${directory}`, { place: [directory] })
  })
  const inside = [root, ...hubBlobs(root)]

  async function pathOf(file: string): Promise<string> {
    const path = await realpath(join(root, file)).catch((error: unknown) => {
      throw unreadable(file, error)
    })
    if (inside.some((folder) => path.startsWith(folder + sep))) return path
    throw new CheckpointError('path_outside_checkpoint', `${file} is a link that leads out of ${directory}`, {
      place: [file],
      help: 'put the file itself into the checkpoint folder',
    })
  }

  return {
    name: directory,
    async list() {
      const top = await filesIn(root)
      const folders = await Promise.all(top.folders.map((folder) => filesIn(join(root, folder))))
      return [
        ...top.files,
        ...folders.flatMap(({ files }, index) => files.map((file) => `${top.folders[index]}/${file}`)),
      ]
    },
    async size(file) {
      const entry = await stat(await pathOf(file))
      if (entry.isFile()) return entry.size
      throw new CheckpointError('unreadable_file', `${file} is not a file`, { place: [file] })
    },
    async read(file, start, end) {
      const handle = await open(await pathOf(file)).catch((error: unknown) => {
        throw unreadable(file, error)
      })
      try {
        const { size } = await handle.stat()
        const length = Math.max(0, Math.min(end, size) - start)
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, start)
        return buffer.subarray(0, bytesRead)
      } catch (error) {
        throw unreadable(file, error)
      } finally {
        await handle.close()
      }
    },
  }
}

/** Lists one folder. Folders inside the checkpoint's folders hold nothing that is read. */
async function filesIn(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter(({ name }) => !name.startsWith('.'))
  return {
    files: names
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .sort(),
    folders: names
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(),
  }
}

/** `models--org--name/snapshots/<revision>` links into `models--org--name/blobs`. */
function hubBlobs(root: string): string[] {
  const snapshots = dirname(root)
  const repository = dirname(snapshots)
  const isSnapshot = basename(snapshots) === 'snapshots' && /^(?:models|datasets|spaces)--/.test(basename(repository))
  return isSnapshot ? [join(repository, 'blobs')] : []
}

function unreadable(file: string, error: unknown): CheckpointError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const why = REASONS[code] ?? code
  return new CheckpointError('unreadable_file', `${file} cannot be read: ${why}`, { place: [file] })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file, or a broken link',
  ELOOP: 'its links form a cycle',
  EACCES: 'access is denied',
  EISDIR: 'it is a folder',
}
