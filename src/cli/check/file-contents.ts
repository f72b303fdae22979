/** Reads the files of a check. */

import type { CheckedSource } from '../../manifest/check-source.js'
import { MAX_MANIFEST_SIZE } from '../../manifest/limits.js'
import { readFile, STANDARD_INPUT } from '../read-file.js'
import { problemOf } from './file-problem.js'
import type { FoundFile } from './find-files.js'
import type { GitIndex } from './git-index.js'

/** The bytes of a file, or what is reported instead of them. */
export type Content =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly problem: CheckedSource }

/** The contents of the files of one run. Standard input is read once. */
export class FileContents {
  #input: Uint8Array | undefined
  /** Where the content of staged files comes from. */
  index: GitIndex | undefined

  /** The bytes of a file, decompressed. */
  async of({ path, real }: FoundFile, name: string): Promise<Content> {
    if (path === STANDARD_INPUT && this.#input !== undefined) return { ok: true, bytes: this.#input }
    const content = this.index?.isRead(real) ? this.index.contentOf(real) : await readFile(path)
    if (!content.ok) return { ok: false, problem: unreadable(name, content.why) }
    const decompressed = /\.gz$/i.test(name) ? await gunzipped(content.bytes, name) : content
    if (decompressed.ok && path === STANDARD_INPUT) this.#input = decompressed.bytes
    return decompressed
  }
}

/** The problem of a file that cannot be read. */
export function unreadable(name: string, why: string): CheckedSource {
  const help = 'check the file, its links and its permissions'
  return problemOf(name, 'unreadable_file', `The file cannot be read: ${why}`, help)
}

async function gunzipped(bytes: Uint8Array, name: string): Promise<Content> {
  const { gunzipSync } = await import('node:zlib')
  try {
    return { ok: true, bytes: gunzipSync(bytes, { maxOutputLength: MAX_MANIFEST_SIZE }) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      const message = `The file is larger than ${MAX_MANIFEST_SIZE} bytes when decompressed`
      return { ok: false, problem: problemOf(name, 'too_large', message, 'split it into several files') }
    }
    return { ok: false, problem: unreadable(name, 'it is not gzip, or it is damaged') }
  }
}
