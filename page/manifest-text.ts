import { stringify } from 'yaml'
import type { CreateModelEntityRequest, ModelSpec } from '../src/schemas/index.js'

/** The fields of a manifest besides its spec. */
export interface ManifestIdentity {
  readonly name: string
  /** `workspace/fileset`; empty if there is none. */
  readonly fileset: string
}

/** A manifest that registers a model: a request as YAML, with the notes as comments at the top. */
export function manifestText(spec: ModelSpec, notes: readonly string[], { name, fileset }: ManifestIdentity): string {
  const request: CreateModelEntityRequest = { name, ...(fileset !== '' && { fileset }), spec }
  const comments = notes.map((note) => `# ${note.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')}\n`).join('')
  return comments + stringify(request, { lineWidth: 0, version: '1.2' })
}

/** A valid entity name, derived from the name of the checkpoint. */
export function suggestedName({ checkpoint_model_name: given }: ModelSpec): string {
  const last = given.split('/').at(-1) ?? ''
  const allowed = last.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^-+|-+$/g, '')
  return allowed.slice(0, 255).toLowerCase() || 'model'
}
