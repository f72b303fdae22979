/** Asks Git. */

import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { UsageError } from '../exit-code.js'

/** The folder of the repository, without links. */
export function repositoryFor(flag: string): string {
  const root = git(process.cwd(), ['rev-parse', '--show-toplevel'])?.replace(/\r?\n$/, '')
  if (root === undefined) throw new UsageError(`${flag} needs a Git repository: the working directory is in none`)
  return realpathSync(root)
}

/** The parts of a list that Git ends with NUL each (`-z`). */
export function parts(list: string | undefined): string[] {
  return (list ?? '').split('\0').filter((part) => part !== '')
}

/** The output of Git as text. Undefined if it fails. */
export function git(folder: string, args: readonly string[]): string | undefined {
  const output = gitBytes(folder, args, 2 ** 30)
  return output?.toString('utf8')
}

/**
 * The output of Git. Undefined if it fails.
 *
 * @param most - bytes; of a longer output, the beginning
 * @param input - what Git reads
 */
export function gitBytes(folder: string, args: readonly string[], most: number, input = ''): Buffer | undefined {
  try {
    return execFileSync('git', ['-C', folder, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: most,
      input,
    })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) return undefined
    if (error.code === 'ENOENT') throw new UsageError('Git is not installed, or not on the PATH')
    const isCut = error.code === 'ENOBUFS' && 'stdout' in error && Buffer.isBuffer(error.stdout)
    return isCut ? (error.stdout as Buffer) : undefined
  }
}
