import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { directorySource } from '../directory-source.js'
import type { FileSource } from '../file-source.js'

/**
 * A repository in the local cache of `huggingface_hub`, or `undefined` if the revision is not there. A branch or a tag is a file
 * in `refs` that names a commit; the files of a commit are in `snapshots`. A snapshot may lack files that nobody has downloaded.
 *
 * @param cacheFolder - the folder that holds `models--org--name`
 */
export async function cachedSource(
  repository: string,
  revision: string,
  cacheFolder: string,
): Promise<FileSource | undefined> {
  // A revision is a path below refs. It must not lead out of it.
  if (revision.split('/').some((part) => part === '..' || part === '' || part === '.')) return undefined
  const folder = join(cacheFolder, `models--${repository.replaceAll('/', '--')}`)
  const named = await readFile(join(folder, 'refs', revision), 'utf8').catch(() => undefined)
  const commit = named?.trim() ?? revision
  if (!/^[0-9a-f]{40}$/.test(commit)) return undefined
  const snapshot = join(folder, 'snapshots', commit)
  const isThere = await stat(snapshot).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (!isThere) return undefined
  const source = await directorySource(snapshot)
  return {
    ...source,
    name: `hf:${repository}`,
    notes: [`read from the local cache (commit ${commit.slice(0, 7)}), which may lack files of the repository`],
  }
}
