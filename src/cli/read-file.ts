import { open, stat } from 'node:fs/promises'
import { MAX_MANIFEST_SIZE } from '../manifest/index.js'

/** Standard input, as an argument. */
export const STANDARD_INPUT = '-'

/** The bytes of a file, or the reason why it cannot be read. */
export type FileContent =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string }

/** Reads a file or standard input, up to one byte more than a manifest may have, so that a larger one is reported. */
export async function readFile(path: string): Promise<FileContent> {
  try {
    return { ok: true, bytes: path === STANDARD_INPUT ? await standardInput() : await fileBytes(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { ok: false, why: REASONS[code] ?? code }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  ENOENT: 'no such file, or a broken link',
  ELOOP: 'its links form a cycle',
  EISDIR: 'it is a folder',
  NOT_A_FILE: 'it is not a regular file',
}

const LIMIT = MAX_MANIFEST_SIZE + 1

/** Opens regular files only: a pipe or a device could keep the command waiting forever. */
async function fileBytes(path: string): Promise<Uint8Array> {
  const entry = await stat(path)
  if (!entry.isFile()) throw Object.assign(new Error(path), { code: entry.isDirectory() ? 'EISDIR' : 'NOT_A_FILE' })
  const handle = await open(path)
  try {
    const length = Math.min(entry.size, LIMIT)
    const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function standardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= LIMIT) break
  }
  return Buffer.concat(chunks)
}
