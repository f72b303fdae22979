import type { CreateModelEntityRequest } from '../../schemas/create-model-entity-request.js'
import type { CreationRefusal, CreationRefusalReason } from './refusal.js'
import type { RegistryState } from './registry-state.js'

/** A request whose body is valid, and what is known about the registry. */
export interface Creation {
  readonly request: CreateModelEntityRequest
  readonly workspace: string
  readonly state: RegistryState
}

/** One check of the create route. */
export type CreationCheck = (creation: Creation) => CreationRefusal | undefined

/** The places of a request that are refused most often. */
export const WORKSPACE = ['path', 'workspace']
export const NAME = ['body', 'name']
export const FILESET = ['body', 'fileset']

/** One refusal, from its parts. */
export function refusal(
  reason: CreationRefusalReason,
  status: CreationRefusal['status'],
  detail: CreationRefusal['detail'],
  loc: CreationRefusal['loc'],
): CreationRefusal {
  return { status, detail, loc, reason }
}
