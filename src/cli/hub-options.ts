import type { ReadCheckpointOptions } from '../checkpoint/read/index.js'
import { UsageError } from './exit-code.js'

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

/**
 * Refuses a revision that nothing would read.
 *
 * @throws UsageError if a model is not on the hub, or names its revision itself
 */
export function checkRevision(revision: string | undefined, ...models: readonly string[]): void {
  if (revision === undefined) return
  for (const model of models) {
    if (!model.startsWith('hf:'))
      throw new UsageError(`--revision is for models on the hub (hf:org/name): ${model} has no revisions`)
    if (model.includes('@'))
      throw new UsageError(`${model} names a revision, and --revision names ${revision}: leave one out`)
  }
}
