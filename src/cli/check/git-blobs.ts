/** Reads contents from Git, many with one process. */

import { randomUUID } from 'node:crypto'
import { MAX_MANIFEST_SIZE } from '../../manifest/limits.js'
import { gitBytes } from './git.js'

/** A content of the index. */
export interface StagedBlob {
  /** The path in the repository, with slashes. */
  readonly name: string
  readonly object: string
}

/** The contents of one repository. */
export class GitBlobs {
  readonly #root: string
  readonly #links = new Map<string, string>()
  /** What will be asked for, and is read in groups. */
  #expected: readonly StagedBlob[] = []
  readonly #places = new Map<StagedBlob, number>()
  readonly #read = new Map<string, Buffer>()

  constructor(root: string) {
    this.#root = root
  }

  /** Reads where links lead. */
  readLinks(objects: readonly string[]): void {
    if (objects.length === 0) return
    const contents = this.#batch(['--batch=%(objectname)'], objects, (object) => object)
    for (const [index, object] of objects.entries()) this.#links.set(object, contents[index]?.toString('utf8') ?? '')
  }

  /** Where a link leads. */
  linkTarget(object: string): string {
    return this.#links.get(object) ?? ''
  }

  /** Notes which contents will be asked for. */
  expect(blobs: readonly StagedBlob[]): void {
    this.#expected = blobs
    for (const [index, blob] of blobs.entries()) this.#places.set(blob, index)
  }

  /** A content as a checkout would write it, up to one byte more than a manifest may have. Undefined if Git fails. */
  contentOf(blob: StagedBlob): Buffer | undefined {
    const at = this.#places.get(blob)
    if (!this.#read.has(blob.name) && at !== undefined) this.#readGroup(this.#expected.slice(at, at + GROUP))
    const known = this.#read.get(blob.name)
    this.#read.delete(blob.name)
    return known ?? gitBytes(this.#root, ['cat-file', '--filters', `--path=${blob.name}`, blob.object], LIMIT)
  }

  #readGroup(group: readonly StagedBlob[]): void {
    this.#read.clear()
    // Each is read in a group once.
    for (const blob of group) this.#places.delete(blob)
    // A path with a line break cannot be asked for in a line.
    const blobs = group.filter(({ name }) => !name.includes('\n'))
    const args = ['--batch=%(objectname)', '--filters']
    const contents = this.#batch(args, blobs, ({ object, name }) => `${object} ${name}`)
    for (const [index, { name }] of blobs.entries()) {
      const content = contents[index]
      if (content !== undefined) this.#read.set(name, content)
    }
  }

  /**
   * Asks for several contents. Git tells their sizes before its filters change them, so that what follows each is a name that no
   * content can have: a random one, which Git says is missing. Nothing if Git fails, or if they are too large together.
   */
  #batch<Blob>(args: readonly string[], blobs: readonly Blob[], line: (blob: Blob) => string): Buffer[] {
    const mark = randomUUID()
    const input = blobs.map((blob) => `${line(blob)}\n${mark} x\n`).join('')
    const output = gitBytes(this.#root, ['cat-file', ...args], LIMIT, input)
    const end = Buffer.from(`\n${mark}${args.includes('--filters') ? '' : ' x'} missing\n`)
    const contents: Buffer[] = []
    for (let at = 0; output !== undefined && at < output.length; ) {
      const start = output.indexOf('\n', at) + 1
      const next = output.indexOf(end, start)
      if (start === 0 || next < 0) return []
      contents.push(output.subarray(start, next))
      at = next + end.length
    }
    return contents.length === blobs.length ? contents : []
  }
}

/** How many contents are read at once. */
const GROUP = 256

const LIMIT = MAX_MANIFEST_SIZE + 1
