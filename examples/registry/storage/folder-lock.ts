import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Makes sure that one process at a time uses a folder: two engines would destroy each other's files. A lock that a killed process left
 * behind does not count.
 *
 * @returns a function that gives the lock back
 * @throws Error if another process holds the lock
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'registry.lock')
  const own = `${path}.${process.pid}`
  for (;;) {
    // A link appears at once and with its content, and never replaces another.
    await writeFile(own, String(process.pid))
    const isLocked = await link(own, path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
        return false
      },
    )
    await rm(own, { force: true })
    if (isLocked) return () => rm(path, { force: true })
    await removeAbandoned(path, own)
  }
}

/** Moves the lock away before looking at it, so that of two processes that find an abandoned lock only one removes it. */
async function removeAbandoned(path: string, aside: string): Promise<void> {
  const holder = await holderOf(path)
  if (holder !== undefined && !isRunning(holder)) {
    await rename(path, aside).catch(() => {})
    const moved = await holderOf(aside)
    // Another process was faster: what was moved is its lock.
    if (moved !== undefined && isRunning(moved)) await link(aside, path).catch(() => {})
    await rm(aside, { force: true })
    return
  }
  if (holder === undefined) return
  throw new Error(
    `the folder is used by the process ${holder}. If no registry is running, delete ${path} and start again`,
  )
}

async function holderOf(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number(text)
}

/** A number that is the own one was given again, for example in a container: the holder is gone. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
