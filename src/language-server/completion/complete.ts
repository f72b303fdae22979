import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
  type Position,
  type Range,
} from 'vscode-languageserver-protocol'
import type { SchemaName } from '../../schemas/index.js'
import { entityAt, type LooseEntity, looseText } from '../cursor/entity-at.js'
import { type Word, type Writing, wordAt, writingsAt } from '../cursor/writing-at.js'
import type { EditedDocument } from '../edited-document.js'
import { type Field, fieldDocumentation, fieldsOf, schemaAt, typeWords, valuesOf, withoutNull } from '../field.js'
import type { EntityRecord } from '../workspace/entity-record.js'
import { commentOffer } from './directives.js'
import { fieldText, type Writer } from './item-texts.js'
import { referenceKindOf, referencesTo } from './references.js'

/** What completion needs to know beside the document. */
export interface CompletionContext {
  /** The definition of every document, if a config names one. */
  readonly model: SchemaName | undefined
  /** The workspace that requests belong to. */
  readonly workspace: string
  readonly records: () => Iterable<EntityRecord>
  /** The model families that are known. */
  readonly families: readonly string[]
  readonly hasSnippets: boolean
}

/** The fields, values, references and rules that may be written at a position. */
export function complete(edited: EditedDocument, position: Position, context: CompletionContext): CompletionItem[] {
  const { text } = edited.source
  const offset = edited.offsetAt(position)
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const comment = edited.format === 'yaml' ? commentOffer(line) : undefined
  if (comment !== undefined) {
    const range = edited.rangeOf({ start: offset - comment.length, end: offset })
    return comment.choices.map(({ text: newText, description }) => ({
      label: newText,
      kind: CompletionItemKind.EnumMember,
      documentation: description,
      textEdit: { range, newText },
    }))
  }
  const word = wordAt(text, offset)
  if (word === undefined) return []
  for (const writing of writingsAt(text, word, edited.format)) {
    const items = itemsFor(writing, word, edited, context)
    if (items.length > 0) return items
  }
  return []
}

function itemsFor(writing: Writing, word: Word, edited: EditedDocument, context: CompletionContext): CompletionItem[] {
  const { entity, path } = entityAt(writing.root, writing.path, context.model)
  const range = edited.rangeOf(word.span)
  const schema = schemaAt(entity.model, path)
  if (schema === undefined) return []
  if (writing.role === 'value') return valueItems(entity, path, word, range, edited, context)
  const missing = (fieldsOf(schema) ?? []).filter(({ name }) => !writing.siblings.includes(name))
  const style = edited.format !== 'yaml' ? 'json' : writing.isFlow ? 'flow' : 'block'
  const writer: Writer = { style, hasSnippets: context.hasSnippets }
  return missing.map((field, index) => fieldItem(field, index, word, range, writer))
}

function fieldItem(field: Field, index: number, word: Word, range: Range, writer: Writer): CompletionItem {
  const isWhole = !word.hasColon && word.quote === ''
  return {
    label: field.name,
    kind: CompletionItemKind.Field,
    detail: typeWords(field.schema),
    documentation: { kind: 'markdown', value: fieldDocumentation(field) },
    // What is required comes first.
    sortText: `${field.isRequired ? 0 : 1}${String(index).padStart(3, '0')}`,
    filterText: field.name,
    insertTextFormat: isWhole && writer.hasSnippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    insertTextMode: InsertTextMode.adjustIndentation,
    textEdit: { range, newText: isWhole ? fieldText(field, writer) : field.name },
  }
}

function valueItems(
  entity: LooseEntity,
  path: readonly (string | number)[],
  word: Word,
  range: Range,
  edited: EditedDocument,
  { records, families, workspace }: CompletionContext,
): CompletionItem[] {
  const schema = schemaAt(entity.model, path)
  if (schema === undefined) return []
  const isText = withoutNull(schema).type !== 'boolean'
  const inQuotes = (value: string) =>
    edited.format !== 'yaml' && isText && word.quote === '' ? JSON.stringify(value) : value
  const kind = referenceKindOf(path)
  const isFamily = path.at(-1) === 'family' && path.at(-2) === 'spec'
  const values = isFamily ? families : valuesOf(schema, path.at(-1))
  const own = entity.model === 'ModelEntity' ? looseText(entity.node, 'workspace') : workspace
  const name = looseText(entity.node, 'name')
  const references =
    kind === undefined
      ? []
      : referencesTo(kind, records(), {
          ...(own !== undefined && { workspace: own }),
          ...(name !== undefined && { name }),
        })
  const item = (value: string, index: number, as: CompletionItemKind): CompletionItem => ({
    label: value,
    kind: as,
    sortText: String(index).padStart(6, '0'),
    filterText: value,
    textEdit: { range, newText: inQuotes(value) },
  })
  return [
    ...values.map((value, index) => item(value, index, CompletionItemKind.EnumMember)),
    ...references.map((value, index) => item(value, index, CompletionItemKind.Reference)),
  ]
}
