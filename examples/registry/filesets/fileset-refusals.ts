import { creationRefusals } from 'model-entity/validation'
import { HttpError } from '../http/http-error.js'
import type { Registry } from '../registry.js'
import { type Fileset, isEmptyFolder } from './filesets.js'

/**
 * Finds the fileset of a reference. The package reads the reference, and words what the platform says of a wrong one.
 *
 * @throws HttpError for a reference that is not valid, or a fileset that does not exist
 */
export function requireFileset({ filesets }: Registry, workspace: string, reference: string): Fileset {
  let found: Fileset | undefined
  const hasFileset = (of: string, name: string): boolean => {
    found = filesets.find(of, name)
    return found !== undefined
  }
  const refusals = creationRefusals({ name: 'any', fileset: reference }, { workspace, state: { hasFileset } })
  if (found !== undefined) return found
  const refusal = refusals.find(({ loc }) => loc.includes('fileset'))
  if (refusal === undefined) throw new HttpError(400, INVALID)
  // The platform fails for the name `.`, which is the path of a list.
  if (refusal.status === 500) throw new HttpError(400, `Fileset '${reference}' not found`)
  throw new HttpError(refusal.status, refusal.detail)
}

const INVALID = "invalid entity reference ''; expected 'name' or 'workspace/name'"

/**
 * Finds the fileset of a reference, which must have files. An adapter needs them, and so does a model whose fileset is replaced.
 *
 * @throws HttpError 400
 */
export function requireFiles(registry: Registry, workspace: string, reference: string): Fileset {
  if (reference === '') throw new HttpError(400, 'Fileset reference is required')
  const fileset = requireFileset(registry, workspace, reference)
  if (isEmptyFolder(fileset.folder)) throw new HttpError(400, `Fileset ${reference}, exists but is empty`)
  return fileset
}
