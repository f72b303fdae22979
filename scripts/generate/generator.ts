/** One generator of checked-in files. */
export interface Generator {
  /** A short name, shown if one of its files is stale. */
  readonly name: string
  /** The files: path from the root of the repository, with forward slashes, and text. */
  files(): Promise<ReadonlyMap<string, string>>
}
