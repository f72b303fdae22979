/** A part of the document: plain JSON. */
export interface Json {
  readonly [key: string]: unknown
}
