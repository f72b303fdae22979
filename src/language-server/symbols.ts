import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver-protocol'
import { maskText, printable } from '../display/index.js'
import { documentsOf } from './cursor/document-around.js'
import { looseText } from './cursor/entity-at.js'
import { type LooseNode, looseTree } from './cursor/loose-tree.js'
import type { EditedDocument } from './edited-document.js'

/** The most symbols of a document: a mixture of experts may list tens of thousands of layers. */
const MOST = 10_000

/** The outline of a document: its entities by their names, and their fields. Values are not shown. */
export function documentSymbols(edited: EditedDocument): DocumentSymbol[] {
  const { text } = edited.source
  let left = MOST

  function symbolsIn(node: LooseNode | undefined): DocumentSymbol[] {
    if (node?.kind === 'mapping') {
      return node.entries.flatMap(({ key, keySpan, value }) => {
        if (left <= 0) return []
        left -= 1
        const span = { start: keySpan.start, end: Math.max(keySpan.end, value?.span.end ?? 0) }
        return [symbol(key, kindOf(value), span, keySpan, symbolsIn(value))]
      })
    }
    return node?.kind === 'sequence' ? node.items.flatMap((item, index) => itemSymbol(item, index)) : []
  }

  /** Only items with a name or fields: a list of texts has nothing to go to. */
  function itemSymbol(item: LooseNode | undefined, index: number): DocumentSymbol[] {
    if (item?.kind !== 'mapping' || left <= 0) return []
    left -= 1
    return [symbol(looseText(item, 'name') ?? `[${index}]`, SymbolKind.Object, item.span, item.span, symbolsIn(item))]
  }

  function symbol(
    name: string,
    kind: SymbolKind,
    span: LooseNode['span'],
    selected: LooseNode['span'],
    children: DocumentSymbol[],
  ): DocumentSymbol {
    const shown = printable(maskText(name.slice(0, LONGEST))).trim()
    return {
      name: shown === '' ? '""' : shown,
      kind,
      range: edited.rangeOf(span),
      selectionRange: edited.rangeOf(selected),
      ...(children.length > 0 && { children }),
    }
  }

  return documentsOf(text, edited.format).flatMap(({ start, end }) => {
    const root = left > 0 ? looseTree(text.slice(start, end), start) : undefined
    const entities = root?.kind === 'sequence' ? root.items : [root]
    return entities.flatMap((entity, index) => {
      if (entity?.kind !== 'mapping' || left <= 0) return []
      left -= 1
      const name = looseText(entity, 'name') ?? `[${index}]`
      return [symbol(name, SymbolKind.Class, entity.span, nameSpan(entity), symbolsIn(entity))]
    })
  })
}

/** The longest name. */
const LONGEST = 200

function nameSpan(entity: LooseNode): LooseNode['span'] {
  const entry = entity.kind === 'mapping' ? entity.entries.find(({ key }) => key === 'name') : undefined
  return entry?.value?.span ?? { start: entity.span.start, end: entity.span.start }
}

function kindOf(value: LooseNode | undefined): SymbolKind {
  if (value?.kind === 'mapping') return SymbolKind.Object
  return value?.kind === 'sequence' ? SymbolKind.Array : SymbolKind.Property
}
