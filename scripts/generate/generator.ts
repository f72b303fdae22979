/** One generator of checked-in files. */
export interface Generator {
  /** What it makes, in a word or two: shown when a file of it is stale. */
  readonly name: string
  /** The files it makes: the path from the root of the repository, with forward slashes, and the text. */
  files(): Promise<ReadonlyMap<string, string>>
}
