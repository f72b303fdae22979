import { checkOptions, nested, type OptionTable, required, text } from '../../options/index.js'
import { INTEGERS } from '../options.js'
import type { ValidateOptions } from '../result.js'
import { validate } from '../validate.js'
import { type Creation, type CreationCheck, refusal, WORKSPACE } from './creation.js'
import { checkFileset, checkToolCallPlugin } from './fileset-checks.js'
import {
  alreadyExists,
  checkDotSegments,
  checkExistingName,
  checkNameSegment,
  checkWorkspaceCharacters,
} from './name-checks.js'
import type { CreationRefusal } from './refusal.js'
import { REGISTRY_STATE, type RegistryState } from './registry-state.js'
import { checkAnswerableDepth, checkEncoding, checkWritableDepth } from './storage-checks.js'

/** Where to create the model, and what is known about the registry. */
export interface CreationOptions {
  /** The decoded workspace in the path. */
  readonly workspace: string
  readonly state?: RegistryState
  /** What becomes of an integer beyond 2^53 - 1 in a free field, as for {@link validate}. Default: `refuse`. */
  readonly integers?: ValidateOptions['integers']
}

/** The options that `creationRefusals` accepts. */
export const CREATION_OPTIONS: OptionTable<CreationOptions> = {
  workspace: /* @__PURE__ */ required(text),
  state: /* @__PURE__ */ nested(REGISTRY_STATE),
  integers: INTEGERS,
}

/**
 * Finds the reasons why the create route would refuse a request: validation errors and all later checks, in the order of the route. The
 * route responds with the first; the others are what it would respond next. An empty result means a 201.
 *
 * Without `state`, only reasons in the request itself are found: an invalid name, fileset or workspace, or a tool-call plugin, which the
 * platform refuses unless it is configured to allow it.
 *
 * @param request - the parsed body, for example from `JSON.parse` or a YAML reader, or a value returned by {@link validate}
 * @throws TypeError if an option is unknown or wrong
 * @example
 * creationRefusals({ name: 'Llama-3.1-8B' }, { workspace: 'default' })
 * // [{ status: 422, detail: "[{'type': 'string_pattern_mismatch', …", loc: ['body', 'name'], reason: 'name-not-accepted' }]
 * creationRefusals({ name: 'llama' }, { workspace: 'default', state: { hasModel: () => true } })
 * // [{ status: 409, detail: "Model with workspace 'default' and name 'llama' already exists", … }]
 */
export function creationRefusals(request: unknown, options: CreationOptions): readonly CreationRefusal[] {
  checkOptions(options, CREATION_OPTIONS)
  const { workspace, state = {}, integers } = options
  if (workspace === '' || workspace.includes('/')) return [refusal('no-such-route', 404, 'Not Found', WORKSPACE)]
  const checked = validate('CreateModelEntityRequest', request, integers && { integers })
  if (!checked.ok) {
    const first = checked.status === 422 ? checked.detail[0] : undefined
    return [refusal('body-not-valid', checked.status, checked.detail, first?.loc ?? ['body'])]
  }
  const creation = { request: checked.value, workspace, state }
  return CHECKS.flatMap((check) => check(creation) ?? []).map((found) => asConflict(found, creation))
}

/** The checks, in the order of the route. */
const CHECKS: readonly CreationCheck[] = [
  checkFileset,
  checkToolCallPlugin,
  checkRemoteCode,
  checkDotSegments,
  checkExistingName,
  checkWorkspaceCharacters,
  checkWritableDepth,
  checkEncoding,
  checkNameSegment,
  checkWorkspace,
  checkProject,
  checkAnswerableDepth,
]

function checkRemoteCode({ request, state }: Creation): CreationRefusal | undefined {
  if (!request.trust_remote_code || state.mayTrustRemoteCode !== false) return undefined
  const detail = 'Insufficient permissions to set the trust_remote_code field'
  return refusal('trust-remote-code-not-allowed', 403, detail, ['body', 'trust_remote_code'])
}

function checkWorkspace({ workspace, state }: Creation): CreationRefusal | undefined {
  if (state.hasWorkspace?.(workspace) !== false) return undefined
  const detail = `Workspace '${workspace}' does not exist. Please create the workspace first.`
  return refusal('workspace-not-found', 422, detail, WORKSPACE)
}

function checkProject({ request: { project }, workspace, state }: Creation): CreationRefusal | undefined {
  if (!project || state.hasProject?.(workspace, project) !== false) return undefined
  const detail = `Project '${project}' does not exist in workspace '${workspace}'. Please create the project first.`
  return refusal('project-not-found', 422, detail, ['body', 'project'])
}

/** The route treats every error that contains "already exists" as a name conflict, even if only a quoted input contains it. */
function asConflict(found: CreationRefusal, { request: { name }, workspace }: Creation): CreationRefusal {
  const { detail } = found
  if (typeof detail !== 'string' || !detail.toLowerCase().includes('already exists')) return found
  return { ...found, status: 409, detail: alreadyExists(workspace, name) }
}
