import { randomUUID } from 'node:crypto'

/** What every server of the comparison answers: the request, with what a registry adds. Nothing is stored. */
export function created(request: unknown): object {
  const now = new Date().toISOString()
  return { id: `model-${randomUUID()}`, workspace: 'default', created_at: now, updated_at: now, ...Object(request) }
}

/** The path of the create route, for servers that write a parameter as `:workspace`. */
export const CREATE_PATH = '/apis/models/v2/workspaces/:workspace/models'
