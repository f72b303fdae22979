/** What the command's exit codes mean. */
export const EXIT = {
  /** Nothing is wrong. */
  ok: 0,
  /** Something is wrong with what was checked. */
  failed: 1,
  /** The command was called in a way that it does not understand. */
  misuse: 2,
  /** The command itself failed. */
  internal: 70,
} as const

/** An exit code of the command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A call that cannot be understood: an unknown flag, a file named that is not there. Told in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
