/** Runs a check again whenever a file changes. */

import { type FSWatcher, watch } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import picomatch from 'picomatch'
import type { ExitCode } from '../exit-code.js'
import { isFolder } from './search-folder.js'

/**
 * Runs a check, and again after each change of what the arguments name, until the command is interrupted. Returns the exit
 * code of the last run.
 *
 * @param written - the files that the check writes: they are no changes
 */
export async function watchFiles(
  names: readonly string[],
  written: readonly string[],
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const changes = new Changes()
  const own = new Set(written.map((path) => resolve(path)))
  const watchers = foldersOf(names).map(([folder, recursive]) => watcherOf(folder, recursive, own, changes))
  const stop = () => changes.stop()
  for (const signal of SIGNALS) process.once(signal, stop)
  try {
    for (;;) {
      const code = await run()
      process.stderr.write('watching for changes; Ctrl-C ends this\n')
      if (!(await changes.next())) return code
    }
  } finally {
    for (const watcher of watchers) watcher.close()
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** The folders to watch, and whether with all folders in them. A file is watched in its folder, because editors replace files. */
function foldersOf(names: readonly string[]): [string, boolean][] {
  const wanted = names.filter((name) => !name.startsWith('!'))
  const folders = new Map<string, boolean>([[resolve('.'), false]])
  for (const name of wanted.length > 0 ? wanted : ['.']) {
    const pattern = picomatch.scan(name)
    const base = isFolder(name) ? name : pattern.isGlob ? pattern.base || '.' : dirname(name)
    if (!isFolder(base)) continue
    const recursive = isFolder(name) || pattern.isGlob
    folders.set(resolve(base), recursive || folders.get(resolve(base)) === true)
  }
  return [...folders]
}

function watcherOf(folder: string, recursive: boolean, own: ReadonlySet<string>, changes: Changes): FSWatcher {
  const watcher = watch(folder, { recursive }, (_, name) => {
    const path = name === null ? folder : join(folder, name)
    if (!NOT_WATCHED.test(path.slice(folder.length)) && !own.has(path)) changes.note()
  })
  // A folder that goes away while it is looked at is a change like any other.
  watcher.on('error', () => changes.note())
  return watcher
}

/** Where files change without meaning anything for the check. */
const NOT_WATCHED = /(?:^|[\\/])(?:node_modules|\.git|\.model-entity-cache)(?:[\\/]|$)/

/** Changes that come in quick succession are one. */
const PAUSE = 100

class Changes {
  #isChanged = false
  #isStopped = false
  #wake: (() => void) | undefined

  note(): void {
    this.#isChanged = true
    this.#wake?.()
  }

  stop(): void {
    this.#isStopped = true
    this.#wake?.()
  }

  /** Waits for a change, and until nothing more changes for a moment. False if the command is interrupted. */
  async next(): Promise<boolean> {
    while (!this.#isStopped && !this.#isChanged) await this.#news()
    while (!this.#isStopped && this.#isChanged) {
      this.#isChanged = false
      await this.#news(PAUSE)
    }
    return !this.#isStopped
  }

  async #news(timeout?: number): Promise<void> {
    await new Promise<void>((done) => {
      this.#wake = done
      if (timeout !== undefined) setTimeout(done, timeout)
    })
    this.#wake = undefined
  }
}
