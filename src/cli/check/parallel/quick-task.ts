/** What the threads of a check share: the files, and which of them are taken. */

import type { FaultlessFile } from '../../../manifest/quick-check.js'
import type { CheckChoices } from '../check-choices.js'
import type { FoundFile } from '../find-files.js'

/** What a worker is started with. */
export interface QuickTask {
  readonly choices: CheckChoices
  readonly files: SharedFiles
  readonly claims: SharedArrayBuffer
}

/** The files in a form that is copied fast. */
export interface SharedFiles {
  readonly paths: readonly string[]
  /** The names, where one differs from its path. */
  readonly names: readonly string[] | undefined
  readonly hows: readonly FoundFile['how'][] | undefined
  readonly areRegular: readonly boolean[]
}

/** The outcomes of the files of one chunk. Undefined for a file that has to be checked in full. */
export interface ChunkAnswer {
  readonly chunk: number
  readonly outcomes: readonly (FaultlessFile | undefined)[]
}

/** The files of a chunk: few enough to share the work evenly. */
export const CHUNK = 64

/** How many chunks may be done before they are reported, so that not all outcomes are in memory. */
const AHEAD = 256

/** The files of a task, and the claims on them. */
export interface SharedTask {
  readonly chunks: number
  filesOf(chunk: number): FoundFile[]
  /** The next chunk that nobody has. Undefined if there is none; or, without waiting, if there is none yet. */
  claim(isWaiting: boolean): number | undefined
  /** Lets everybody go on: so many chunks are reported. */
  reported(chunks: number): void
}

/** Puts files into the form in which they are shared. */
export function shared(files: readonly FoundFile[]): SharedFiles {
  return {
    paths: files.map(({ path }) => path),
    names: files.every(({ name, path }) => name === path) ? undefined : files.map(({ name }) => name),
    hows: files.every(({ how }) => how === 'found') ? undefined : files.map(({ how }) => how),
    areRegular: files.map(({ isRegular }) => isRegular === true),
  }
}

/** Memory for the claims of a task. */
export function newClaims(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(8)
  new Int32Array(memory)[HORIZON] = AHEAD
  return memory
}

/** The places in the shared memory: the next chunk, and the first that may not be taken yet. */
const NEXT = 0
const HORIZON = 1

/** A task as one thread sees it. */
export function taskOf({ paths, names, hows, areRegular }: SharedFiles, memory: SharedArrayBuffer): SharedTask {
  const claims = new Int32Array(memory)
  const chunks = Math.ceil(paths.length / CHUNK)
  return {
    chunks,
    filesOf(chunk) {
      const start = chunk * CHUNK
      return paths.slice(start, start + CHUNK).map((path, index) => ({
        ...{ path, name: names?.[start + index] ?? path, how: hows?.[start + index] ?? 'found', real: path },
        isRegular: areRegular[start + index] === true,
      }))
    },
    claim(isWaiting) {
      for (;;) {
        const next = Atomics.load(claims, NEXT)
        const horizon = Atomics.load(claims, HORIZON)
        if (next >= chunks) return undefined
        if (next >= horizon) {
          if (!isWaiting) return undefined
          Atomics.wait(claims, HORIZON, horizon)
        } else if (Atomics.compareExchange(claims, NEXT, next, next + 1) === next) return next
      }
    },
    reported(count) {
      Atomics.store(claims, HORIZON, count + AHEAD)
      Atomics.notify(claims, HORIZON)
    },
  }
}
