import type { ReadCheckpointOptions } from '../checkpoint/read/index.js'

/** The flag for a revision of a repository, and its line of help. */
export const REVISION_FLAG = [
  '--revision <revision>',
  'a branch, tag or commit on the hub; hf:org/name@revision does the same',
] as const

/** Which files of the hub to read, and with which token, from the flags of a command. */
export function hubOptions({
  token,
  revision,
}: {
  readonly token?: string
  readonly revision?: string
}): ReadCheckpointOptions {
  return { ...(token !== undefined && { token }), ...(revision !== undefined && { revision }) }
}
