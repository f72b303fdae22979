import type { SourceEntry, SourceNode, Span } from '../source-node.js'
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
  /** What aliases stand for, where it is written. */
  readonly #aliased = new Map<string, Span>()

  /** What is written once and occurs in several places. */
  get aliasedSpans(): readonly Span[] {
    return [...this.#aliased.values()]
  }

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

  merge(fields: Fields, source: SourceNode): boolean {
    fields.end = source.span?.end ?? fields.end
    // The key itself is one.
    this.hasOtherReadings = true
    return source.kind === 'mapping'
  }

  mapping({ start, entries, end: last }: Fields, end: number = last, merged?: SourceNode): SourceNode {
    if (merged?.kind === 'mapping') {
      const own = new Set(entries.map(({ key }) => key))
      entries.push(...merged.entries.filter(({ key }) => !own.has(key)))
    }
    return { kind: 'mapping', span: { start, end }, entries }
  }

  aliased(target: SourceNode, start: number, end: number): SourceNode {
    const origin = target.origin ?? target.span
    if (origin) this.#aliased.set(`${origin.start} ${origin.end}`, origin)
    return { ...target, span: { start, end }, aliased: true, ...(origin && { origin }) }
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
