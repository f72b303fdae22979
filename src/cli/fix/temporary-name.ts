/** The names of the temporary files of `--fix`: which machine and which process writes them. */

const PREFIX = '.model-entity-fix-'
const NAME = /^\.model-entity-fix-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp$/

/** Who writes a temporary file. */
export interface Writer {
  /** Eight hexadecimal digits. */
  readonly machine: string
  readonly process: number
}

/**
 * The name of a temporary file.
 *
 * @param salt - eight hexadecimal digits that no other file has
 */
export function temporaryName({ machine, process }: Writer, salt: string): string {
  return `${PREFIX}${machine}-${process}-${salt}.tmp`
}

/** Who writes the temporary file of a name. Undefined if it is another file. */
export function writerOf(name: string): Writer | undefined {
  const [, machine, process] = NAME.exec(name) ?? []
  return machine === undefined ? undefined : { machine, process: Number(process) }
}

/** Whether a file is a temporary one, by its name. */
export function isTemporary(name: string): boolean {
  return name.startsWith(PREFIX) && NAME.test(name)
}
