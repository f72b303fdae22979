/** Where the files of a checkpoint come from: a folder, the hub, or a browser's file list. Names use forward slashes. */
export interface FileSource {
  /** What errors call the checkpoint. */
  readonly name: string
  /** The names of all files, those in folders with their path: `config.json`, `1_Pooling/config.json`. */
  list(): Promise<readonly string[]>
  /** The size of a file in bytes. */
  size(file: string): Promise<number>
  /** The bytes of a file from `start` up to, and without, `end`, or to its end if it is shorter. */
  read(file: string, start: number, end: number): Promise<Uint8Array>
}
