/** Checks files quickly: those in which there is nothing to report. */

import { closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { type FaultlessFile, quickCheck } from '../../manifest/quick-check.js'
import { STANDARD_INPUT } from '../read-file.js'
import type { FileSetup } from './file-setup.js'
import type { FoundFile } from './find-files.js'

/** The quick check of a file. Undefined if the file has to be checked in full. */
export function quickFile(file: FoundFile, setup: FileSetup): FaultlessFile | undefined {
  if (file.how === 'missing' || file.path === STANDARD_INPUT || NOT_QUICK.test(file.name)) return undefined
  const text = textOf(file)
  return text === undefined ? undefined : quickCheck(text, file.name, setup.quickCheck(file))
}

/** Compressed files, JSON with comments, and JSON Lines. */
const NOT_QUICK = /\.(?:gz|json[c5]|jsonl|ndjson)$/i

/** In bytes. */
const LARGEST = 262_144

/** The text of a small regular file in UTF-8. */
function textOf({ path, isRegular }: FoundFile): string | undefined {
  try {
    if (isRegular !== true && statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
    const length = read(path)
    if (length === BUFFER.length) return undefined
    const text = BUFFER.toString('utf8', 0, length)
    // That stands for bytes that are not UTF-8, unless it is written.
    return text.includes('\ufffd') ? undefined : text
  } catch {
    return undefined
  }
}

/** One for all files, which are read one after the other. */
const BUFFER = Buffer.allocUnsafeSlow(LARGEST + 1)

/** Reads a file into the buffer, as far as it fits. Opening alone never waits, as it does at a pipe. */
function read(path: string): number {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    let length = 0
    for (let count = -1; count !== 0 && length < BUFFER.length; length += count) {
      count = readSync(file, BUFFER, length, BUFFER.length - length, null)
    }
    return length
  } finally {
    closeSync(file)
  }
}
