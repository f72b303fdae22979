import type { Checkpoint } from '../checkpoint/read/index.js'
import { maskSecrets } from '../display/index.js'
import type { CreateModelEntityRequest } from '../schemas/index.js'
import { UsageError } from './exit-code.js'
import { printable } from './formats/printable.js'
import { yamlText } from './yaml-text.js'

/** Who the entity is in the registry. */
export interface RequestIdentity {
  readonly name?: string
  readonly fileset?: string
}

/**
 * A manifest that registers a checkpoint: a request with its spec, as YAML.
 *
 * @throws UsageError without a name, and for a checkpoint without a spec
 */
export function requestFor({ spec, notes }: Checkpoint, { name, fileset }: RequestIdentity): string {
  if (name === undefined) throw new UsageError('--as request takes a --name')
  if (!spec) throw new UsageError('--as request takes a checkpoint with a spec: this one has none')
  const request: CreateModelEntityRequest = { name, ...(fileset !== undefined && { fileset }), spec }
  const comments = notes.map((note) => `# ${printable(note)}\n`).join('')
  return comments + yamlText(maskSecrets(request).value)
}
