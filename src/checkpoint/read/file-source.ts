/** The files of a checkpoint, from a folder, the hub or a browser. Names use forward slashes. */
export interface FileSource {
  /** The name of the checkpoint in error messages. */
  readonly name: string
  /** What to know about where the files come from, in sentences. */
  readonly notes?: readonly string[]
  /** Whether it is one file that was named, not a folder. */
  readonly isFile?: true
  /** Whether reading costs a download, so that files are not read only to compare them. */
  readonly isRemote?: true
  /** The names of all files, with their path: `config.json`, `1_Pooling/config.json`. */
  list(): Promise<readonly string[]>
  /** The size of a file in bytes. */
  size(file: string): Promise<number>
  /** The bytes of a file from `start` to `end` (exclusive), or to the end of the file if it is shorter. */
  read(file: string, start: number, end: number): Promise<Uint8Array>
}
