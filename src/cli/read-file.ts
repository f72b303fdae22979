import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { MAX_MANIFEST_SIZE } from '../manifest/limits.js'
import { inputBytes } from './input.js'

/** Standard input, as an argument. */
export const STANDARD_INPUT = '-'

/** The bytes of a file, or the reason why it cannot be read. */
export type FileContent =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string }

/** Reads a file or standard input, up to one byte more than a manifest may have, so that a larger one is reported. */
export function readFile(path: string): FileContent {
  try {
    return { ok: true, bytes: path === STANDARD_INPUT ? inputBytes(LIMIT) : fileBytes(path) }
  } catch (error) {
    return { ok: false, why: reasonOf(error) }
  }
}

/** Why something cannot be read, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return REASONS[code] ?? code
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  ENOENT: 'no such file, or a broken link',
  ELOOP: 'its links form a cycle',
  EISDIR: 'it is a folder',
  ENOSPC: 'the temporary folder is full',
  NOT_A_FILE: 'it is not a regular file',
}

/** How much of a file is read, in bytes. */
export const LIMIT = MAX_MANIFEST_SIZE + 1

/**
 * Opens regular files only: a pipe or a device could keep the command waiting forever. Reads at once: with thousands of small
 * files, waiting for promises takes longer than reading.
 */
function fileBytes(path: string): Uint8Array {
  const entry = statSync(path)
  if (!entry.isFile()) throw Object.assign(new Error(path), { code: entry.isDirectory() ? 'EISDIR' : 'NOT_A_FILE' })
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(Math.min(entry.size, LIMIT))
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, length)
    }
    return bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}
