/** References to a fileset, which stores checkpoint, adapter or plugin files. */

import { nameProblem } from './name.js'
import { accepted, formatted, foundAt, type ReferenceResult, refused } from './result.js'

/** A fileset, as in `fileset` and `tool_call_plugin`. Without a workspace, it is in the workspace of the document. */
export interface FilesetRef {
  readonly workspace: string | null
  readonly name: string
}

/** The optional scheme of a fileset reference. */
export const FILESET_SCHEME = 'fileset://'

/**
 * Parses a fileset reference: `name` or `workspace/name`. Trims surrounding spaces, and accepts the scheme `fileset://` in
 * front.
 *
 * @example
 * parseFilesetRef(' fileset://research-team/llama ') // { ok: true, value: { workspace: 'research-team', name: 'llama' } }
 * parseFilesetRef('a/b/c')                           // { ok: false, error: { offset: 3, found: '"/"', … } }
 */
export function parseFilesetRef(text: string): ReferenceResult<FilesetRef> {
  const end = trimmedEnd(text)
  const blanks = trimmedStart(text, end)
  const start = text.startsWith(FILESET_SCHEME, blanks) ? blanks + FILESET_SCHEME.length : blanks
  const slash = text.indexOf('/', start)
  const hasWorkspace = slash >= 0
  const nameStart = hasWorkspace ? slash + 1 : start

  const second = hasWorkspace ? text.indexOf('/', nameStart) : -1
  const problem =
    (hasWorkspace ? nameProblem({ text, start, end: slash }) : undefined) ??
    (second >= 0
      ? { offset: second, found: foundAt(text, second), expected: 'one slash at most' }
      : nameProblem({ text, start: nameStart, end }))
  if (problem !== undefined) return refused('not a fileset reference', problem)
  return accepted({ workspace: hasWorkspace ? text.slice(start, slash) : null, name: text.slice(nameStart, end) })
}

/** Whether a text is a valid fileset reference. */
export function isFilesetRef(text: string): boolean {
  return parseFilesetRef(text).ok
}

/**
 * Formats a fileset reference without the scheme: `name`, or `workspace/name`.
 *
 * @throws RangeError if a part is not a name
 */
export function formatFilesetRef(ref: FilesetRef): string {
  const text = ref.workspace === null ? ref.name : `${ref.workspace}/${ref.name}`
  return formatted(text, parseFilesetRef, ({ workspace, name }) => workspace === ref.workspace && name === ref.name)
}

/** Whether two references in the same workspace refer to the same fileset. */
export function isSameFileset(one: FilesetRef, other: FilesetRef, workspace: string): boolean {
  return one.name === other.name && (one.workspace ?? workspace) === (other.workspace ?? workspace)
}

function trimmedEnd(text: string): number {
  let end = text.length
  while (isBlank(text.charCodeAt(end - 1))) end--
  return end
}

function trimmedStart(text: string, end: number): number {
  let start = 0
  while (start < end && isBlank(text.charCodeAt(start))) start++
  return start
}

/** What Python's `str.strip` removes: more than JavaScript's `trim` (U+001C to U+001F, U+0085), but not the BOM. */
function isBlank(code: number): boolean {
  if (code <= 0x20) return (code >= 0x09 && code <= 0x0d) || code >= 0x1c
  if (code >= 0x2000 && code <= 0x200a) return true
  return [0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(code)
}
