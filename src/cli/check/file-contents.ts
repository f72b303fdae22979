/** Reads the files of a check. */

import type { CheckedSource } from '../../manifest/check-source.js'
import type { Pieces } from '../../manifest/json-lines/line-batches.js'
import { MAX_MANIFEST_SIZE } from '../../manifest/limits.js'
import { formatOf } from '../../manifest/manifest-format.js'
import { readFile, reasonOf, STANDARD_INPUT } from '../read-file.js'
import { problemOf } from './file-problem.js'
import type { FoundFile } from './find-files.js'
import type { GitIndex } from './git-index.js'

/** What is reported instead of a file. */
interface Problem {
  readonly ok: false
  readonly problem: CheckedSource
}

/** The bytes of a file, decompressed, or what is reported instead of them. */
export type Content = { readonly ok: true; readonly bytes: Uint8Array } | Problem

/** Large JSON Lines, which are read in pieces. */
export interface LargeContent {
  readonly ok: true
  readonly pieces: Pieces
}

/** The contents of the files of one run. What can be read only once is kept. */
export class FileContents {
  /** Streams that were read, by the path of their file. */
  readonly #streams = new Map<string, Content | LargeContent>()
  /** Where the content of staged files comes from. */
  index: GitIndex | undefined
  readonly #takesPieces: boolean

  /** @param takesPieces - whether large JSON Lines may be read in pieces */
  constructor(takesPieces: boolean) {
    this.#takesPieces = takesPieces
  }

  /** The content of a file. */
  async of(file: FoundFile, name: string): Promise<Content | LargeContent> {
    const { path, real } = file
    const known = this.#streams.get(path)
    if (known !== undefined) return known
    if (this.index?.isRead(real)) return await this.#whole(this.index.contentOf(real), name)
    const isLines = this.#takesPieces && formatOf(name) === 'jsonl'
    if (path !== STANDARD_INPUT && !isLines) return await this.#whole(readFile(path), name)
    const content = path === STANDARD_INPUT ? await this.#input(name) : await this.#lines(file, name)
    if (path === STANDARD_INPUT || /\.gz$/i.test(name)) this.#streams.set(path, content)
    return content
  }

  async #input(name: string): Promise<Content | LargeContent> {
    const { readInput } = await import('./large/standard-input.js')
    return await orProblem(name, async () => {
      const input = await readInput(name, this.#takesPieces)
      return 'pieces' in input ? { ok: true, ...input } : await this.#whole({ ok: true, ...input }, name)
    })
  }

  async #lines(file: FoundFile, name: string): Promise<Content | LargeContent> {
    const { largeFile } = await import('./large/large-input.js')
    return await orProblem(name, async () => {
      const pieces = await largeFile(file, name)
      return pieces === undefined ? await this.#whole(readFile(file.path), name) : { ok: true, pieces }
    })
  }

  async #whole(content: ReturnType<typeof readFile>, name: string): Promise<Content | LargeContent> {
    if (!content.ok) return { ok: false, problem: unreadable(name, content.why) }
    return /\.gz$/i.test(name) ? await gunzipped(content.bytes, name, this.#takesPieces) : content
  }
}

/** The problem of a file that cannot be read. */
export function unreadable(name: string, why: string): CheckedSource {
  const help = 'check the file, its links and its permissions'
  return problemOf(name, 'unreadable_file', `The file cannot be read: ${why}`, help)
}

async function gunzipped(bytes: Uint8Array, name: string, takesPieces: boolean): Promise<Content | LargeContent> {
  const { gunzipSync } = await import('node:zlib')
  try {
    return { ok: true, bytes: gunzipSync(bytes, { maxOutputLength: MAX_MANIFEST_SIZE }) }
  } catch (error) {
    if (codeOf(error) !== 'ERR_BUFFER_TOO_LARGE') return { ok: false, problem: unreadable(name, NOT_GZIP) }
    if (!takesPieces || formatOf(name) !== 'jsonl') return tooLarge(name, `${MAX_MANIFEST_SIZE} bytes`)
    const { decompressed } = await import('./large/large-input.js')
    return await orProblem(name, async () => ({ ok: true, pieces: await decompressed(bytes) }))
  }
}

const NOT_GZIP = 'it is not gzip, or it is damaged'

function tooLarge(name: string, limit: string): Problem {
  const message = `The file is larger than ${limit} when decompressed`
  return { ok: false, problem: problemOf(name, 'too_large', message, 'split it into several files') }
}

async function orProblem(name: string, read: () => Promise<Content | LargeContent>): Promise<Content | LargeContent> {
  const { MOST_KEPT, TooLong } = await import('./large/large-input.js')
  try {
    return await read()
  } catch (error) {
    if (error instanceof TooLong) return tooLarge(name, `${MOST_KEPT} bytes`)
    const code = codeOf(error)
    if (code === undefined) throw error
    return { ok: false, problem: unreadable(name, code.startsWith('Z_') ? NOT_GZIP : reasonOf(error)) }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
