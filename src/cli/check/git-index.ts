/** The index of Git: what the next commit holds. */

import { existsSync, lstatSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { FileContent } from '../read-file.js'
import { git, parts, repositoryFor } from './git.js'
import { GitBlobs, type StagedBlob } from './git-blobs.js'
import { realPath } from './search-folder.js'

interface Entry extends StagedBlob {
  readonly kind: 'file' | 'link' | 'conflict'
}

/** The files of the index, by their path without links. Submodules are not among them. */
export class GitIndex {
  /** The staged files. Deleted ones are not among them. Of a staged link, it is the target, or the files below that. */
  readonly staged: ReadonlySet<string>
  /** The paths of files that are not in the working tree, or something else there. With where a link leads. */
  readonly absent: ReadonlyMap<string, string>
  readonly #root: string
  readonly #entries: ReadonlyMap<string, Entry>
  readonly #blobs: GitBlobs
  /** The files whose content is not to be read from the working tree. */
  readonly #differing: ReadonlySet<string>

  /** @throws UsageError outside of a repository, and without Git */
  constructor() {
    this.#root = repositoryFor('--staged')
    this.#entries = entriesOf(this.#root)
    this.#blobs = new GitBlobs(this.#root)
    const links = [...this.#entries.values()].filter(({ kind }) => kind === 'link')
    this.#blobs.readLinks(links.map(({ object }) => object))
    const staged = this.#differences('--cached', '--diff-filter=d')
    const isAbsent = absence()
    const absent = new Map<string, string>()
    for (const [path, { kind }] of this.#entries) {
      if (kind !== 'link' && isAbsent(path)) absent.set(path, path)
      else if (kind === 'link' && staged.has(path) && !existsSync(path)) absent.set(path, this.#target(path))
    }
    this.absent = absent
    this.staged = new Set([...staged].flatMap((path) => this.#filesAt(this.#target(path))))
    this.#differing = new Set([...this.staged, ...absent.values(), ...this.#differences()])
    this.#blobs.expect([...this.#differing].flatMap((path) => this.#entries.get(path) ?? []))
  }

  /** The files below a path of the index, or else the path. */
  #filesAt(path: string): string[] {
    if (this.#entries.has(path)) return [path]
    const below = [...this.#entries.keys()].filter((file) => file.startsWith(path + sep))
    return below.length > 0 ? below : [path]
  }

  /** Whether the index has a file. */
  has(path: string): boolean {
    return this.#entries.has(path)
  }

  /** Whether the content of a file is to be read from the index. */
  isRead(path: string): boolean {
    return this.#differing.has(path) && this.#entries.has(path)
  }

  /** The content of a file as a checkout would write it, up to one byte more than a manifest may have. */
  contentOf(path: string): FileContent {
    const entry = this.#entries.get(path)
    if (entry === undefined) return { ok: false, why: 'it is not in the index' }
    if (entry.kind === 'conflict') return { ok: false, why: 'its merge conflict is not resolved' }
    const bytes = this.#blobs.contentOf(entry)
    return bytes === undefined ? { ok: false, why: 'Git cannot read its staged content' } : { ok: true, bytes }
  }

  /** The files of the index that differ: from the working tree, or with `--cached` from the last commit. */
  #differences(...flags: readonly string[]): Set<string> {
    const common = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--ignore-submodules']
    const names = parts(git(this.#root, [...common, ...flags]))
    return new Set(names.map((name) => join(this.#root, name)).filter((path) => this.#entries.has(path)))
  }

  /** Where a path leads, if it is a link. */
  #target(path: string): string {
    let at = path
    for (let steps = 0; steps < MOST_LINKS; steps += 1) {
      const entry = this.#entries.get(at)
      if (entry === undefined) return realPath(at)
      if (entry.kind !== 'link') return at
      at = resolve(dirname(at), this.#blobs.linkTarget(entry.object))
    }
    return at
  }
}

/** As many as Linux follows. */
const MOST_LINKS = 40

function entriesOf(root: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const line of parts(git(root, ['ls-files', '--stage', '-z']))) {
    const [, mode = '', object = '', stage, name = ''] = ENTRY.exec(line) ?? []
    const kind = stage === '0' ? KINDS[mode] : 'conflict'
    if (kind !== undefined) entries.set(join(root, name), { kind, name, object })
  }
  return entries
}

/** A line of `git ls-files --stage`. */
const ENTRY = /^(\d+) ([0-9a-f]+) (\d)\t(.*)$/s

const KINDS: Readonly<Record<string, Entry['kind']>> = { 100644: 'file', 100755: 'file', 120000: 'link' }

/** Tells whether a path is not that of a regular file in the working tree. */
function absence(): (path: string) => boolean {
  const isReal = new Map<string, boolean>()
  return (path) => {
    const folder = dirname(path)
    const known = isReal.get(folder) ?? realPath(folder) === folder
    isReal.set(folder, known)
    return !known || lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true
  }
}
