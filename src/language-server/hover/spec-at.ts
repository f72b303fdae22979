import { entitiesOf } from '../../manifest/document-kind.js'
import { documentsIn } from '../../manifest/documents.js'
import { entryOf, plainValue, type Span } from '../../manifest/source-node.js'
import type { ModelSpec, SchemaName } from '../../schemas/index.js'
import { validate } from '../../validation/index.js'
import { documentAround } from '../cursor/document-around.js'
import type { EditedDocument } from '../edited-document.js'

/** The `spec` whose value is at a place: valid, or why not. Undefined if there is none. */
export function specAt(
  { source, format }: EditedDocument,
  { start }: Span,
  model: SchemaName | undefined,
): ModelSpec | { readonly why: string } | undefined {
  const around = documentAround(source.text, start, format)
  const text = source.text.slice(around.start, around.end)
  for (const document of documentsIn(text, { format: format === 'jsonl' ? 'json' : format })) {
    if (document.kind === 'errors') return { why: 'The document cannot be read: no estimate' }
    if (document.kind !== 'value') continue
    for (const { node } of entitiesOf(document.root, model)) {
      const spec = entryOf(node, 'spec')?.value
      if (spec?.span?.start !== start - around.start || spec.kind !== 'mapping') continue
      const validated = validate('ModelSpec', plainValue(spec))
      return validated.ok ? validated.value : { why: 'The spec has errors: no estimate' }
    }
  }
  return undefined
}
