/** What Git ignores: the rules of `.gitignore` files and of `.git/info/exclude`. */

import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { slashed } from './slashed.js'

/** The rules that apply in one folder: its own `.gitignore`, and those above it in the same repository. */
export interface GitRules {
  /** Whether Git ignores an entry of the folder. Asked from the top down: a folder that is ignored is not entered. */
  ignores(path: string, isFolder: boolean): boolean
  /** The rules in a folder inside this one. A repository inside another has its own rules only. */
  below(folder: string): GitRules
}

/** No rules: nothing is ignored. */
export const NO_RULES: GitRules = { ignores: () => false, below: () => NO_RULES }

/**
 * The rules in a folder that the user names. Rules above it count, unless they ignore the folder itself: whoever names a
 * folder wants it searched. Without a repository around it, the `.gitignore` files from the folder down count.
 */
export function gitRulesIn(folder: string): GitRules {
  const root = repositoryOf(folder)
  if (root === undefined || root === folder) return rulesFrom(folder, root === folder)
  let rules: GitRules = rulesFrom(root, true)
  for (const step of stepsBetween(root, folder)) {
    if (rules.ignores(step, true)) return rulesFrom(folder, false)
    rules = rules.below(step)
  }
  return rules
}

interface OneFile {
  readonly folder: string
  readonly rules: Ignore
}

function rulesFrom(folder: string, isRepository: boolean): GitRules {
  const excluded = isRepository ? rulesIn(excludeFile(folder)) : undefined
  const files = [excluded, rulesIn(join(folder, '.gitignore'))]
  return chain(files.flatMap((rules) => (rules === undefined ? [] : [{ folder, rules }])))
}

/** The last file wins: the deeper one, and `.gitignore` over `info/exclude`. */
function chain(files: readonly OneFile[]): GitRules {
  return {
    ignores(path, isFolder) {
      for (let at = files.length - 1; at >= 0; at -= 1) {
        const file = files[at]
        if (file === undefined) continue
        const inside = slashed(relative(file.folder, path))
        const { ignored, unignored } = file.rules.test(isFolder ? `${inside}/` : inside)
        if (ignored || unignored) return ignored
      }
      return false
    },
    below(folder) {
      if (isThere(join(folder, '.git'))) return rulesFrom(folder, true)
      const rules = rulesIn(join(folder, '.gitignore'))
      return rules === undefined ? this : chain([...files, { folder, rules }])
    },
  }
}

function rulesIn(file: string | undefined): Ignore | undefined {
  const text = file === undefined ? undefined : textOf(file)
  return text === undefined ? undefined : ignore({ ignorecase: false }).add(text.replace(/^\ufeff/, ''))
}

/** The nearest folder with a `.git`, the folder itself included. */
function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (isThere(join(at, '.git'))) return at
    if (dirname(at) === at) return undefined
  }
}

/** The folders from one down to another: the first excluded, the last included. */
function stepsBetween(above: string, below: string): string[] {
  const steps: string[] = []
  for (let at = below; at !== above; at = dirname(at)) steps.unshift(at)
  return steps
}

/** In a worktree and in a submodule, `.git` is a file that names the folder, and that may name a common folder. */
function excludeFile(root: string): string | undefined {
  const git = join(root, '.git')
  const [, named] = /^gitdir: (.+)/.exec(textOf(git) ?? '') ?? []
  if (named === undefined) return join(git, 'info/exclude')
  const folder = isAbsolute(named) ? named : resolve(root, named)
  const common = textOf(join(folder, 'commondir'))?.trim()
  return join(common === undefined ? folder : resolve(folder, common), 'info/exclude')
}

function textOf(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
