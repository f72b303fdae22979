import type { Checkpoint } from '../checkpoint/read/index.js'
import { maskSecrets } from '../display/index.js'
import type { CreateModelEntityRequest } from '../schemas/index.js'
import { UsageError } from './exit-code.js'
import { printable } from './formats/printable.js'
import { yamlText } from './yaml-text.js'

/** The name and the fileset of the entity. */
export interface RequestIdentity {
  readonly name?: string
  readonly fileset?: string
}

/**
 * Writes a manifest that registers a checkpoint: a request with its spec, as YAML, with the notes as comments.
 *
 * @throws UsageError if the name is missing, or if the checkpoint has no spec
 */
export function requestFor({ spec, notes }: Checkpoint, { name, fileset }: RequestIdentity): string {
  if (name === undefined) throw new UsageError('--as request needs a --name')
  if (!spec) throw new UsageError('--as request needs a checkpoint with a spec: this one has none')
  const request: CreateModelEntityRequest = { name, ...(fileset !== undefined && { fileset }), spec }
  const comments = notes.map((note) => `# ${printable(note)}\n`).join('')
  return comments + yamlText(maskSecrets(request).value)
}
