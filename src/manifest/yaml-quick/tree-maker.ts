import type { SourceEntry, SourceNode } from '../source-node.js'
import type { Maker, OtherReading } from './maker.js'

interface Fields {
  readonly start: number
  readonly entries: SourceEntry[]
  end: number
}

interface Items {
  readonly start: number
  readonly items: SourceNode[]
}

/** Makes trees with places, the same as of `yaml`. */
export class TreeMaker implements Maker<SourceNode, Fields, Items> {
  /** Whether YAML 1.1 reads a scalar otherwise. */
  hasOtherReadings = false

  scalar(value: unknown, start: number, end: number, spelling?: string, other?: OtherReading): SourceNode {
    if (other !== undefined) this.hasOtherReadings = true
    const span = { start, end }
    return { kind: 'scalar', span, value, ...(spelling !== undefined && { spelling }), ...other }
  }

  integer(value: number, text: string, start: number, end: number): SourceNode {
    return { kind: 'scalar', span: { start, end }, value, spelling: text.slice(start, end) }
  }

  nothing(start: number, end: number): SourceNode {
    return { kind: 'scalar', span: start < end ? { start, end } : undefined, value: null }
  }

  fields(start: number): Fields {
    return { start, entries: [], end: start }
  }

  entry(fields: Fields, key: string, keyStart: number, keyEnd: number, value: SourceNode): boolean {
    fields.entries.push({ key, keySpan: { start: keyStart, end: keyEnd }, value })
    fields.end = Math.max(value.span?.end ?? 0, keyEnd)
    return true
  }

  mapping({ start, entries, end: last }: Fields, end: number = last): SourceNode {
    return { kind: 'mapping', span: { start, end }, entries }
  }

  items(start: number): Items {
    return { start, items: [] }
  }

  item({ items }: Items, value: SourceNode): void {
    items.push(value)
  }

  sequence({ start, items }: Items, end: number = items.at(-1)?.span?.end ?? start): SourceNode {
    return { kind: 'sequence', span: { start, end }, items }
  }
}
