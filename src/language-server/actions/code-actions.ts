import {
  type CodeAction,
  CodeActionKind,
  type Range,
  type SnippetTextEdit,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol'
import { documentsIn } from '../../manifest/documents.js'
import { applyFixes } from '../../manifest/fixes/apply-fixes.js'
import { fixManifest } from '../../manifest/fixes/fix-manifest.js'
import type { Diagnostic, ManifestCheck } from '../../manifest/index.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import { editorDiagnostic } from '../diagnostics.js'
import type { EditedDocument } from '../edited-document.js'
import { suppressionOf } from './suppress.js'

/** What code actions need to know beside the document. */
export interface ActionContext {
  /** How the document is checked by itself. */
  readonly alone: SourceCheck
  /** Checks a text in its place, with the rules across files. */
  readonly whole: (text: string) => ManifestCheck
  /** The diagnostics of the document as it is. */
  readonly diagnostics: readonly Diagnostic[]
  /** The kinds that the editor asks for. Undefined for all. */
  readonly only: readonly string[] | undefined
  /** Whether the editor takes edits for a version of a document, and edits with places to fill in. */
  readonly hasVersions: boolean
  readonly hasSnippets: boolean
}

/** The kind of the action that fixes a whole document. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.model-entity`

/** The fixes of the diagnostics in a range, comments that silence them, and the fix of the whole document. */
export function codeActions(edited: EditedDocument, range: Range, context: ActionContext): CodeAction[] {
  const isWanted = (kind: string) => context.only?.some((only) => isKind(kind, only)) ?? true
  const actions: CodeAction[] = []
  if (isWanted(CodeActionKind.QuickFix)) {
    for (const diagnostic of context.diagnostics) {
      if (touches(edited.rangeOfPlace(diagnostic), range)) actions.push(...quickFixes(diagnostic, edited, context))
    }
  }
  if (context.only !== undefined && isWanted(FIX_ALL)) actions.push(...fixAll(edited, context))
  return actions
}

/** `source` asks for `source.fixAll` and all below it. */
function isKind(kind: string, asked: string): boolean {
  return kind === asked || kind.startsWith(`${asked}.`)
}

function quickFixes(diagnostic: Diagnostic, edited: EditedDocument, context: ActionContext): CodeAction[] {
  const { fix, code } = diagnostic
  const { text } = edited.source
  const read = (some: string) => [...documentsIn(some, context.alone)]
  const shared = { kind: CodeActionKind.QuickFix, diagnostics: [editorDiagnostic(diagnostic, edited)] }
  const actions: CodeAction[] = []
  // As for the command: a fix that would change anything else is not offered.
  if (fix !== undefined && applyFixes(text, [fix], read).applied.length > 0) {
    const edits = fix.edits.map((edit) => ({ range: edited.rangeOfPlace(edit), newText: edit.text }))
    const title = fix.title.replace(/^./, (first) => first.toUpperCase())
    actions.push({ title, isPreferred: true, ...shared, edit: editOf(edits, edited, context) })
  }
  if (edited.format !== 'yaml') return actions
  const insertion = suppressionOf(diagnostic, { source: edited.source, check: context.whole, read })
  if (insertion === undefined) return actions
  const { offset, text: newText, reasonAt } = insertion
  const at = edited.rangeOf({ start: offset, end: offset })
  const edit =
    reasonAt !== undefined && context.hasSnippets
      ? { range: at, snippet: { kind: 'snippet' as const, value: withReason(newText, reasonAt) } }
      : { range: at, newText }
  return [...actions, { title: `Silence ${code} here`, ...shared, edit: editOf([edit], edited, context) }]
}

/** The text as a snippet, with the reason to be filled in. */
function withReason(text: string, at: number): string {
  const escaped = (part: string) => part.replace(/[\\$}]/g, '\\$&')
  return `${escaped(text.slice(0, at))} \${1:reason}${escaped(text.slice(at))}`
}

/** One edit for everything that `--fix` corrects. */
function fixAll(edited: EditedDocument, context: ActionContext): CodeAction[] {
  const { text } = edited.source
  const { text: fixed, titles } = fixManifest(text, context.alone)
  if (titles.length === 0) return []
  let start = 0
  while (start < Math.min(text.length, fixed.length) && text[start] === fixed[start]) start += 1
  let same = 0
  const most = Math.min(text.length, fixed.length) - start
  while (same < most && text[text.length - 1 - same] === fixed[fixed.length - 1 - same]) same += 1
  const range = edited.rangeOf({ start, end: text.length - same })
  const edit = { range, newText: fixed.slice(start, fixed.length - same) }
  return [{ title: 'Fix the manifest', kind: FIX_ALL, edit: editOf([edit], edited, context) }]
}

function editOf(
  edits: (TextEdit | SnippetTextEdit)[],
  { document: { uri, version } }: EditedDocument,
  { hasVersions, hasSnippets }: ActionContext,
): WorkspaceEdit {
  if (hasVersions || hasSnippets) return { documentChanges: [{ textDocument: { uri, version }, edits }] }
  return { changes: { [uri]: edits.filter((edit) => 'newText' in edit) } }
}

function touches(one: Range, other: Range): boolean {
  return !isBefore(one.end, other.start) && !isBefore(other.end, one.start)
}

function isBefore(one: Range['start'], other: Range['start']): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character)
}
