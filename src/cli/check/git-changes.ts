/** Which files Git knows to have changed. */

import { join } from 'node:path'
import { UsageError } from '../exit-code.js'
import { git, parts, repositoryFor } from './git.js'
import { realPath } from './search-folder.js'

/**
 * The files of the working tree that differ from the merge base with a commit, and those that Git does not know yet, by
 * their path without links. What Git ignores, and what is deleted, is not among them. Of a link, it is the target.
 *
 * @param ref - default: the upstream of the branch, or the main branch
 * @throws UsageError outside of a repository, for an unknown commit, and without Git
 */
export function changedFiles(ref: string | undefined): ReadonlySet<string> {
  const root = repositoryFor('--changed')
  const base = git(root, ['merge-base', 'HEAD', commitOf(root, ref)])?.trim()
  if (base === undefined) throw new UsageError(`--changed: HEAD and ${ref ?? 'the main branch'} have no common commit`)
  const changed = git(root, ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--diff-filter=d', base])
  const unknown = git(root, ['ls-files', '--others', '--exclude-standard', '-z'])
  return new Set([...parts(changed), ...parts(unknown)].map((name) => realPath(join(root, name))))
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
