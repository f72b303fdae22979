import type { Hover, Position } from 'vscode-languageserver-protocol'
import type { Diagnostic } from '../../manifest/index.js'
import type { Span } from '../../manifest/source-node.js'
import type { SchemaName } from '../../schemas/index.js'
import { documentAround } from '../cursor/document-around.js'
import { entityAt } from '../cursor/entity-at.js'
import { looseTree } from '../cursor/loose-tree.js'
import { type PlaceAt, placeAt } from '../cursor/place-at.js'
import type { EditedDocument } from '../edited-document.js'
import { fieldAt, fieldDocumentation, withoutNull } from '../field.js'

/** What a hover needs to know beside the document. */
export interface HoverContext {
  readonly model: SchemaName | undefined
  /** Whether the fields are those of a manifest. */
  readonly isManifest: boolean
  /** The diagnostics of the document as it is. */
  readonly diagnostics: readonly Diagnostic[]
  /** The page of a rule or an error, as Markdown. */
  readonly pageOf: (code: string) => string | undefined
  /** What the `spec` at a place means, as Markdown. */
  readonly meaningOf: (span: Span) => Promise<string | undefined>
}

/** The rule of a diagnostic, the documentation of a field, and what a `spec` means. */
export async function hover(
  edited: EditedDocument,
  position: Position,
  context: HoverContext,
): Promise<Hover | undefined> {
  const { text } = edited.source
  const offset = edited.offsetAt(position)
  // What is missing at the top is told of the whole document: it is explained in its first line only.
  const told = context.diagnostics.filter(
    (diagnostic) =>
      isIn(edited.spanOfPlace(diagnostic), offset) && edited.rangeOfPlace(diagnostic).start.line === position.line,
  )
  const rules = told.map(({ code, url }) => `${context.pageOf(code) ?? `**${code}**`}\n\n[${code}](${url})`)
  const { start, end } = documentAround(text, offset, edited.format)
  const root = looseTree(text.slice(start, end), start)
  const place = placeAt(root, offset)
  const about = context.isManifest && root && place ? entityAt(root, place.path, context.model) : undefined
  const field = about && fieldAt(about.entity.model, about.path)
  const isSpec = place?.at === 'key' && field !== undefined && withoutNull(field.schema).title === 'ModelSpec'
  const meaning = isSpec ? await context.meaningOf(valueSpan(place)) : undefined
  const parts = [...new Set(rules), ...(field ? [fieldDocumentation(field)] : []), ...(meaning ? [meaning] : [])]
  if (parts.length === 0) return undefined
  const span = place?.span ?? edited.spanOfPlace(told[0] ?? { line: 1, column: 1, endLine: 1, endColumn: 1 })
  return { contents: { kind: 'markdown', value: parts.join('\n\n---\n\n') }, range: edited.rangeOf(span) }
}

function isIn({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= Math.max(end, start)
}

function valueSpan({ value, span }: PlaceAt): Span {
  return value?.span ?? span
}
