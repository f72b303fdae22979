import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { temporaryIn } from './temporary-files.js'

/**
 * Replaces the content of a file completely or not at all: writes a temporary file beside it, waits until it is on the disk,
 * and renames it. Keeps the mode and, where allowed, the owner. A link is followed, not replaced.
 *
 * @throws Error if the folder cannot be written, or the disk is full; then the file is as before
 */
export function replaceFile(path: string, content: Uint8Array): void {
  const target = realpathSync(path)
  const { mode, uid, gid } = statSync(target)
  const temporary = temporaryIn(dirname(target))
  try {
    writeDurably(temporary, content, mode)
    keepOwner(temporary, uid, gid)
    chmodSync(temporary, mode & 0o7777)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(dirname(target))
}

function writeDurably(path: string, content: Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode & 0o777)
  try {
    for (let at = 0; at < content.length; ) at += writeSync(file, content, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Only root may give a file to another user. */
function keepOwner(path: string, uid: number, gid: number): void {
  try {
    const { uid: own, gid: ownGroup } = statSync(path)
    if (own !== uid || ownGroup !== gid) chownSync(path, uid, gid)
  } catch {
    // The file is then owned by who runs the command, as with most editors.
  }
}

/** Makes the rename itself durable. Windows cannot open folders. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  } catch {
    // The content is on the disk in any case.
  }
}
