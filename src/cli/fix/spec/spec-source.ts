import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readCheckpoint } from '../../../checkpoint/read/index.js'
import { minimumGpus } from '../../../estimate/index.js'
import { documentsIn } from '../../../manifest/documents.js'
import { withEdits } from '../../../manifest/fixes/edits.js'
import { entitiesToFix } from '../../../manifest/fixes/entities-to-fix.js'
import { hasSameData } from '../../../manifest/fixes/same-data.js'
import type { SourceCheck } from '../../../manifest/source-check.js'
import { entryOf, plainValue, type SourceNode } from '../../../manifest/source-node.js'
import { SourceText } from '../../../manifest/source-text.js'
import { parseFilesetRef } from '../../../references/index.js'
import type { ModelSpec } from '../../../schemas/index.js'
import { UsageError } from '../../exit-code.js'
import { specEdits } from './spec-edits.js'

/** A manifest with specs filled in. */
export interface FilledManifest {
  readonly text: string
  /** How many specs were filled in or corrected. */
  readonly filled: number
  /** What could not be done. */
  readonly notes: readonly string[]
}

/** The linear layers are left out: the platform derives them. */
type KnownSpec = Omit<ModelSpec, 'linear_layers'>

/** Fills specs from checkpoints in folders `ROOT/workspace/name`. Each checkpoint is read once. */
export class SpecSource {
  readonly #root: string
  readonly #known = new Map<string, Promise<KnownSpec | string>>()

  /** @throws UsageError if the folder does not exist */
  constructor(root: string) {
    if (!isFolder(root)) throw new UsageError(`no such folder: ${root}`)
    this.#root = root
  }

  /** Fills in and corrects the `spec` of every entity whose `fileset` is in the folder. All else stays as it is. */
  async fill(text: string, options: SourceCheck): Promise<FilledManifest> {
    const read = (version: string) => [...documentsIn(version, options)]
    const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
    let current = new SourceText(text).text
    let filled = 0
    const notes: string[] = []
    const count = entitiesToFix(read(current), current, options).length
    for (let index = 0; index < count; index += 1) {
      const before = read(current)
      const node = entitiesToFix(before, current, options)[index]?.node
      const fileset = node && filesetOf(node)
      if (node === undefined || fileset === undefined) continue
      const spec = await this.#specOf(fileset)
      if (typeof spec === 'string') {
        notes.push(spec)
        continue
      }
      const { edits, left } = specEdits(node, spec, current)
      notes.push(...left.map((what) => `${what} is left as it is: ${fileset} says otherwise`))
      const changed = edits.length === 0 ? undefined : withEdits(current, edits)
      if (changed === undefined) continue
      const after = read(changed)
      const isSafe =
        hasSameData(before, after, { specs: new Set([node.span?.start ?? -1]) }) &&
        agrees(entitiesToFix(after, changed, options)[index]?.node, spec, left)
      if (isSafe) {
        current = changed
        filled += 1
      } else notes.push(`the spec of ${fileset} cannot be written without touching comments or anchors`)
    }
    return { text: mark + current, filled, notes }
  }

  #specOf(fileset: string): Promise<KnownSpec | string> {
    const known = this.#known.get(fileset) ?? readSpec(this.#root, fileset)
    this.#known.set(fileset, known)
    return known
  }
}

function filesetOf(node: SourceNode): string | undefined {
  if (node.aliased) return undefined
  const value = entryOf(node, 'fileset')?.value
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** The spec of a checkpoint, or why there is none. */
async function readSpec(root: string, fileset: string): Promise<KnownSpec | string> {
  const parsed = parseFilesetRef(fileset)
  if (!parsed.ok) return `the fileset ${fileset} is not a reference`
  const { workspace, name } = parsed.value
  const folder = join(root, ...(workspace === undefined || workspace === null ? [name] : [workspace, name]))
  if (!isFolder(folder)) return `no checkpoint of ${fileset}: ${folder} is not a folder`
  try {
    const { spec } = await readCheckpoint(folder, { minimumGpus })
    if (!spec) return `the checkpoint of ${fileset} has no spec`
    const { linear_layers: _, ...rest } = spec
    return rest
  } catch (error) {
    return `the checkpoint of ${fileset} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Whether an entity has the spec, but for the fields that are left. */
function agrees(node: SourceNode | undefined, spec: KnownSpec, left: readonly string[]): boolean {
  const written = node && entryOf(node, 'spec')?.value
  const value = written === undefined ? undefined : plainValue(written)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(spec).every(
    ([field, wanted]) =>
      wanted === undefined ||
      left.some((path) => path.startsWith(`spec.${field}`)) ||
      hasAll(Reflect.get(value, field), wanted),
  )
}

/** Whether a value has all fields of another one. */
function hasAll(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(value, wanted)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(wanted).every(([key, field]) => field === undefined || hasAll(Reflect.get(value, key), field))
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
