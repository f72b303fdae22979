import type { Scalar11 } from '../yaml-1-1/read-scalar.js'

/** Stands for what is not simple, or what a maker does not make. */
export const REFUSED = Symbol('refused')

/** What is made of a part of a document. */
export type Made<Node> = Node | typeof REFUSED

/** A scalar that some reader reads otherwise. */
export interface OtherReading {
  readonly other: Scalar11
  readonly written: string
}

/** Makes something of what a quick reader reads: a value, or a tree with places. */
export interface Maker<Node, Fields, Items> {
  /** @param spelling - of a number */
  scalar(value: unknown, start: number, end: number, spelling?: string, other?: OtherReading): Made<Node>
  /** A positive integer that is written as every reader writes it. */
  integer(value: number, text: string, start: number, end: number): Node
  /** What is not written. The places are of what stands for it: equal ones for nothing. */
  nothing(start: number, end: number): Node
  fields(start: number): Fields
  /** Adds an entry. Returns whether that is possible. */
  entry(fields: Fields, key: string, keyStart: number, keyEnd: number, value: Node): boolean
  /** Notes a merge key and its alias. Returns whether the alias stands for a mapping. */
  merge(fields: Fields, source: Node): boolean
  /**
   * @param end - of a mapping in braces; undefined if it ends with its last entry
   * @param merged - what a merge key merges: its entries count where the mapping has none of its own
   */
  mapping(fields: Fields, end: number | undefined, merged?: Node): Node
  /** What an alias stands for, at the place of the alias. */
  aliased(target: Node, start: number, end: number): Node
  items(start: number): Items
  item(items: Items, value: Node): void
  sequence(items: Items, end: number | undefined): Node
}
