import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { documentsIn } from '../../manifest/documents.js'
import { fixManifest } from '../../manifest/fixes/fix-manifest.js'
import { maskedLines } from '../../manifest/redaction/masked-lines.js'
import { decodeUtf8 } from '../../manifest/source-text.js'
import type { OpenedFile } from '../check/file-check.js'
import { realPath } from '../check/search-folder.js'
import { printable } from '../formats/printable.js'
import { replaceFile } from './replace-file.js'
import { SpecSource } from './spec/spec-source.js'
import { removeLeftovers } from './temporary-files.js'
import { unifiedDiff } from './unified-diff.js'

/** What to fix. */
export interface FixRequest {
  readonly sortKeys: boolean
  /** The folder with the checkpoints, to fill specs from: `ROOT/workspace/name`. */
  readonly filesets?: string
  /** Whether to write the files. Otherwise only the difference is wanted. */
  readonly isWriting: boolean
}

/** What was fixed, or would be. */
export interface FixOutcome {
  /** How many problems were fixed, specs filled and mappings sorted. */
  readonly fixes: number
  readonly files: number
  /** What could not be done, one sentence each. */
  readonly notes: readonly string[]
}

/**
 * Fixes files one by one, and passes the difference of each to a function. A file is replaced completely or not at all. Files
 * that cannot be read are left to the check, which reports them.
 */
export async function fixFiles(
  files: AsyncIterable<OpenedFile>,
  request: FixRequest,
  show: (diff: string) => Promise<void>,
): Promise<FixOutcome> {
  const specs = request.filesets === undefined ? undefined : new SpecSource(request.filesets)
  let [fixes, changed] = [0, 0]
  const notes: string[] = []
  const folders = new Set<string>()
  for await (const file of files) {
    if (request.isWriting) tidyBeside(file, folders)
    const before = decodeUtf8(file.bytes)
    if (!before.ok) continue
    const fixed = await fixedText(before.text, file, request.sortKeys, specs)
    notes.push(...fixed.notes.map((note) => `${file.name}: ${note}`))
    if (fixed.text === before.text) continue
    fixes += fixed.fixes
    changed += 1
    if (request.isWriting) replaceUnchanged(file, fixed.text)
    else await show(diffOf(file, before.text, fixed.text))
  }
  return { fixes, files: changed, notes }
}

/** Removes what an earlier run has left beside a file. Each folder is looked at once. */
function tidyBeside({ path }: OpenedFile, folders: Set<string>): void {
  const folder = dirname(realPath(path))
  if (folders.has(folder)) return
  folders.add(folder)
  removeLeftovers(folder)
}

interface FixedFile {
  readonly text: string
  readonly fixes: number
  readonly notes: readonly string[]
}

async function fixedText(text: string, file: OpenedFile, sortKeys: boolean, specs?: SpecSource): Promise<FixedFile> {
  const plain = fixManifest(text, file.check)
  const filled = await specs?.fill(plain.text, file.check)
  const withSpecs = filled?.text ?? plain.text
  const sorted = sortKeys ? fixManifest(withSpecs, { ...file.check, sortKeys }) : { text: withSpecs, sorted: 0 }
  return {
    text: sorted.text,
    fixes: plain.titles.length + (filled?.filled ?? 0) + sorted.sorted,
    notes: filled?.notes ?? [],
  }
}

/** Does not overwrite what someone else has written in the meantime. */
function replaceUnchanged({ name, path, bytes }: OpenedFile, after: string): void {
  if (!readFileSync(path).equals(bytes)) throw new Error(`${name} has changed while it was being fixed`)
  replaceFile(path, new TextEncoder().encode(after))
}

function diffOf({ name, check }: OpenedFile, before: string, after: string): string {
  const lines = (text: string) => maskedLines(text, documentsIn(text.replace(/^\ufeff/, ''), check)).map(harmless)
  return unifiedDiff(printable(name), lines(before), lines(after))
}

/** A line that cannot steer the terminal. Tabs and line ends stay, so that the difference can be applied. */
function harmless(line: string): string {
  const end = /\r?\n$/.exec(line)?.[0] ?? ''
  const text = line.slice(0, line.length - end.length)
  return text.split('\t').map(printable).join('\t') + end
}
