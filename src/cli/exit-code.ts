/** The exit codes of the command. */
export const EXIT = {
  /** Nothing is wrong. */
  ok: 0,
  /** The input has errors, or a check such as `--fits` or `--compare` failed. */
  failed: 1,
  /** Wrong usage: an unknown flag, or a file that does not exist. */
  misuse: 2,
  /** The command itself failed. */
  internal: 70,
} as const

/** An exit code of the command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Wrong usage, such as an unknown flag or a file that does not exist. Printed on one line; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
