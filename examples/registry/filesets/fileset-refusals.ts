import { creationRefusals } from 'model-entity/validation'
import { HttpError } from '../http/http-error.js'
import type { Registry } from '../registry.js'
import { type Fileset, isEmptyFolder } from './filesets.js'

/**
 * Finds the fileset of a reference. The package reads the reference, and words what the platform says of a wrong one.
 *
 * @throws HttpError 400 for a reference that is not valid, or a fileset that does not exist
 */
export function requireFileset({ config, filesets }: Registry, workspace: string, reference: string): Fileset {
  let asked: string | undefined
  let found: Fileset | undefined
  const state = {
    hasWorkspace: (of: string): boolean => config.workspaces.has(of),
    hasFileset: (of: string, name: string): boolean => {
      asked = of
      found = filesets.find(of, name)
      return found !== undefined
    },
  }
  const refusals = creationRefusals({ name: 'any', fileset: reference }, { workspace, state })
  if (found !== undefined) return found
  const refusal = refusals.find(({ loc }) => loc.includes('fileset'))
  if (refusal?.status === 400) throw new HttpError(400, refusal.detail)
  // What the create route answers in another way: an empty reference is none there, and the name `.` makes the platform fail.
  const of = asked ?? (refusal?.status === 500 ? workspaceOf(reference, workspace) : undefined)
  if (of !== undefined) throw new HttpError(400, `Fileset '${reference}' not found in workspace '${of}'`)
  throw new HttpError(400, `invalid entity reference '${reference}'; expected 'name' or 'workspace/name'`)
}

function workspaceOf(reference: string, workspace: string): string {
  const [first = '', second] = reference.trim().split('/')
  return second === undefined ? workspace : first
}

/** Refuses a fileset for which the platform would fail: the name `.` is the path of a list there. */
export function requireNoDot(registry: Registry, workspace: string, reference: string): void {
  const refusals = creationRefusals({ name: 'any', fileset: reference }, { workspace })
  if (refusals.some(({ status }) => status === 500)) requireFileset(registry, workspace, reference)
}

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
