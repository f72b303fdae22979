import type { Position, Range } from 'vscode-languageserver-protocol'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { ManifestFormat } from '../manifest/index.js'
import type { Span } from '../manifest/source-node.js'
import { type Place, SourceText } from '../manifest/source-text.js'

/**
 * A document that is open in an editor. The check counts offsets without a byte order mark, and lines that end at a line feed;
 * the protocol counts the mark, and lines that end at a lone carriage return too. Both count UTF-16 code units.
 */
export class EditedDocument {
  readonly document: TextDocument
  readonly source: SourceText
  readonly format: ManifestFormat
  readonly #mark: number

  constructor(document: TextDocument, format: ManifestFormat) {
    this.document = document
    this.format = format
    const text = document.getText()
    this.source = new SourceText(text)
    this.#mark = text.length - this.source.text.length
  }

  /** The offset of a position, without the byte order mark. */
  offsetAt(position: Position): number {
    return Math.max(this.document.offsetAt(position) - this.#mark, 0)
  }

  positionAt(offset: number): Position {
    return this.document.positionAt(offset + this.#mark)
  }

  rangeOf({ start, end }: Span): Range {
    return { start: this.positionAt(start), end: this.positionAt(Math.max(start, end)) }
  }

  rangeOfPlace(place: Place): Range {
    return this.rangeOf(this.spanOfPlace(place))
  }

  spanOfPlace({ line, column, endLine, endColumn }: Place): Span {
    return { start: this.source.offsetOf(line, column), end: this.source.offsetOf(endLine, endColumn) }
  }
}
