/** Which files Git knows to have changed. */

import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../exit-code.js'

/** Files that have changed, by their path without links. */
export interface GitChanges {
  /** The content to check, where it is not that of the working tree. */
  readonly contents: ReadonlyMap<string, Uint8Array>
  readonly paths: ReadonlySet<string>
}

/**
 * The files of the working tree that differ from the merge base with a commit, and those that Git does not know yet. What
 * Git ignores, and what is deleted, is not among them.
 *
 * @param ref - default: the upstream of the branch, or the main branch
 * @throws UsageError outside of a repository, for an unknown commit, and without Git
 */
export function changedFiles(ref: string | undefined): GitChanges {
  const root = rootOf('--changed')
  const base = git(root, ['merge-base', 'HEAD', commitOf(root, ref)])?.trim()
  if (base === undefined) throw new UsageError(`--changed: HEAD and ${ref ?? 'the main branch'} have no common commit`)
  const changed = git(root, ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--diff-filter=d', base])
  const unknown = git(root, ['ls-files', '--others', '--exclude-standard', '-z'])
  return { contents: new Map(), paths: new Set([...names(changed), ...names(unknown)].map((name) => join(root, name))) }
}

/**
 * The files that are staged, with their staged content. Deleted ones are not among them.
 *
 * @throws UsageError outside of a repository, and without Git
 */
export function stagedFiles(): GitChanges {
  const root = rootOf('--staged')
  const staged = names(
    git(root, ['diff', '--cached', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--diff-filter=d']),
  )
  const contents = new Map<string, Uint8Array>()
  for (const name of staged) {
    const content = run(root, ['cat-file', 'blob', `:0:${name}`])
    // A submodule is no file.
    if (content !== undefined) contents.set(join(root, name), content)
  }
  return { contents, paths: new Set(contents.keys()) }
}

/** The folder of the repository, without links. */
function rootOf(flag: string): string {
  const root = git(process.cwd(), ['rev-parse', '--show-toplevel'])?.replace(/\r?\n$/, '')
  if (root === undefined) throw new UsageError(`${flag} needs a Git repository: the working directory is in none`)
  return realpathSync(root)
}

function commitOf(root: string, ref: string | undefined): string {
  for (const name of ref === undefined ? DEFAULTS : [ref]) {
    const commit = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])?.trim()
    if (commit !== undefined) return commit
  }
  if (ref !== undefined)
    throw new UsageError(`--changed: Git knows no commit ${JSON.stringify(ref)}; in a shallow clone, fetch it first`)
  throw new UsageError(
    `--changed: there is no upstream, and none of ${DEFAULTS.slice(1).join(', ')}: write --changed=REF`,
  )
}

/** What a branch is usually compared with. */
const DEFAULTS = ['@{upstream}', 'origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'] as const

function names(list: string | undefined): string[] {
  return (list ?? '').split('\0').filter((name) => name !== '')
}

function git(folder: string, args: readonly string[]): string | undefined {
  return run(folder, args)?.toString('utf8')
}

/** The output of Git. Undefined if it fails. */
function run(folder: string, args: readonly string[]): Buffer | undefined {
  try {
    return execFileSync('git', ['-C', folder, ...args], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 30 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new UsageError('Git is not installed, or not on the PATH')
    }
    return undefined
  }
}
