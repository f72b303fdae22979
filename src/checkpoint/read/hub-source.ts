import { downloadFile, listFiles } from '@huggingface/hub'
import { CheckpointError } from '../../architecture/index.js'
import type { FileSource } from './file-source.js'

/** Options for reading a repository of the hub. */
export interface HubOptions {
  /** Replaces the global `fetch`: for a proxy, or for tests. */
  readonly fetch?: typeof fetch
  /** An access token, for gated and private repositories. */
  readonly token?: string
  /** A branch, a tag or a commit. Default: `main`. */
  readonly revision?: string
  /** The URL of another hub. Default: the public Hugging Face hub. */
  readonly hubUrl?: string
}

/**
 * A checkpoint on the hub, read with HTTP range requests: only the headers of weight files are downloaded.
 *
 * @param repository - `org/name`
 */
export function hubSource(repository: string, { fetch, token, revision, hubUrl }: HubOptions = {}): FileSource {
  const common = {
    repo: { type: 'model', name: repository } as const,
    ...(fetch && { fetch }),
    ...(token !== undefined && { accessToken: token }),
    ...(revision !== undefined && { revision }),
    ...(hubUrl !== undefined && { hubUrl }),
  }
  const blobs = new Map<string, Promise<Blob>>()

  function blobOf(file: string): Promise<Blob> {
    const known = blobs.get(file)
    if (known) return known
    const blob = downloadFile({ ...common, path: file }).then(
      (found) => {
        if (found) return found
        throw new CheckpointError('unreadable_file', `${repository} has no file ${file}`, { place: [file] })
      },
      (error: unknown) => {
        throw unreachable(repository, file, error)
      },
    )
    blobs.set(file, blob)
    return blob
  }

  return {
    name: `hf:${repository}`,
    async list() {
      const names: string[] = []
      try {
        for await (const { type, path } of listFiles({ ...common, recursive: true }))
          if (type === 'file') names.push(path)
      } catch (error) {
        throw unreachable(repository, undefined, error)
      }
      return names
    },
    size: async (file) => (await blobOf(file)).size,
    async read(file, start, end) {
      const blob = await blobOf(file)
      try {
        return new Uint8Array(await blob.slice(start, Math.min(end, blob.size)).arrayBuffer())
      } catch (error) {
        throw unreachable(repository, file, error)
      }
    },
  }
}

function unreachable(repository: string, file: string | undefined, error: unknown): CheckpointError {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : undefined
  const why = error instanceof Error ? error.message : String(error)
  const what = file === undefined ? `hf:${repository}` : `hf:${repository}/${file}`
  const help = status === undefined ? undefined : HELP[status]
  return new CheckpointError('unreadable_file', `${what} cannot be read: ${why}`, {
    place: file === undefined ? [repository] : [repository, file],
    ...(help !== undefined && { help }),
  })
}

const HELP: Readonly<Record<number, string>> = {
  401: 'pass an access token: the repository is private or gated, or does not exist',
  403: 'the token has no access to the repository: request access on its page',
  404: 'check the name and the revision',
}
