import { checkOptions, nested, type OptionTable, required, text } from '../../options/index.js'
import { isModelNameSegment } from '../../references/model-ref.js'
import type { CreateModelEntityRequest } from '../../schemas/create-model-entity-request.js'
import { INTEGERS } from '../options.js'
import { encodingError, pythonRepr, pythonStrip } from '../python-text.js'
import type { ValidateOptions } from '../result.js'
import { patternRegExp } from '../rust-pattern.js'
import { validate } from '../validate.js'
import { freeDepths, levels } from './free-depth.js'
import type { CreationRefusal, CreationRefusalReason } from './refusal.js'
import { REGISTRY_STATE, type RegistryState } from './registry-state.js'

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

interface Creation {
  readonly request: CreateModelEntityRequest
  readonly workspace: string
  readonly state: RegistryState
}

const WORKSPACE = ['path', 'workspace']
const NAME = ['body', 'name']
const FILESET = ['body', 'fileset']

function refusal(
  reason: CreationRefusalReason,
  status: CreationRefusal['status'],
  detail: CreationRefusal['detail'],
  loc: CreationRefusal['loc'],
): CreationRefusal {
  return { status, detail, loc, reason }
}

/** The checks, in the order of the route. */
const CHECKS: readonly ((creation: Creation) => CreationRefusal | undefined)[] = [
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

/** The workspace and name of a fileset, as the route reads them. Undefined if it is not a valid reference. */
function filesetOf({ request: { fileset }, workspace }: Creation): { workspace: string; name: string } | undefined {
  const [first, second, ...more] = pythonStrip(fileset ?? '').split('/')
  if (!first || second === '' || more.length > 0) return undefined
  return second === undefined ? { workspace, name: first } : { workspace: first, name: second }
}

function checkFileset(creation: Creation): CreationRefusal | undefined {
  const { request, state } = creation
  const { fileset } = request
  if (!fileset) return undefined
  const ref = filesetOf(creation)
  if (ref === undefined) {
    const detail = `invalid entity reference ${pythonRepr(fileset)}; expected 'name' or 'workspace/name'`
    return refusal('fileset-not-a-reference', 400, detail, FILESET)
  }
  const unencodable = encodingError(ref.workspace) ?? encodingError(ref.name)
  if (unencodable !== undefined) return refusal('not-unicode', 400, unencodable, FILESET)
  const isNowhere = state.hasWorkspace?.(ref.workspace) === false
  // Its path is the path of the fileset list, and the platform cannot read that response.
  if (ref.name === '.' && !isNowhere)
    return refusal('fileset-not-a-reference', 500, 'Failed to create model entity', FILESET)
  if (!isNowhere && state.hasFileset?.(ref.workspace, ref.name) !== false) return undefined
  return refusal('fileset-not-found', 400, `Fileset '${fileset}' not found in workspace '${ref.workspace}'`, FILESET)
}

const PLUGIN_DISABLED =
  'tool_call_plugin is disabled at the platform level. Set models.tool_call_plugin.enabled=true in the platform configuration to allow ' +
  'custom parser plugins.'
const PLUGIN_FORBIDDEN =
  'Insufficient permissions to set tool_call_plugin. Requires the models.tool-call-plugin.set permission.'

function checkToolCallPlugin(creation: Creation): CreationRefusal | undefined {
  const { request, state } = creation
  const { toolCallPlugin = 'disabled' } = state
  if (toolCallPlugin === 'allowed') return undefined
  const isOfRequest = Boolean(request.spec?.tool_call_config?.tool_call_plugin)
  const fileset = filesetOf(creation)
  const isOfFileset =
    fileset !== undefined && state.filesetHasToolCallPlugin?.(fileset.workspace, fileset.name) === true
  if (!isOfRequest && !isOfFileset) return undefined
  const detail = toolCallPlugin === 'disabled' ? PLUGIN_DISABLED : PLUGIN_FORBIDDEN
  const loc = isOfRequest ? ['body', 'spec', 'tool_call_config', 'tool_call_plugin'] : FILESET
  return refusal('tool-call-plugin-not-allowed', 403, detail, loc)
}

function checkRemoteCode({ request, state }: Creation): CreationRefusal | undefined {
  if (!request.trust_remote_code || state.mayTrustRemoteCode !== false) return undefined
  const detail = 'Insufficient permissions to set the trust_remote_code field'
  return refusal('trust-remote-code-not-allowed', 403, detail, ['body', 'trust_remote_code'])
}

/** The platform looks the model up in its own store, with a path that must not contain dot segments. */
function checkDotSegments({ request: { name }, workspace }: Creation): CreationRefusal | undefined {
  const dots = [workspace, name].find((segment) => segment === '.' || segment === '..')
  if (dots === undefined) return undefined
  const path = `/apis/entities/v2/workspaces/${pathSegment(workspace)}/entities/model/${pathSegment(name)}`
  const detail = `Constructed path ${pythonRepr(path)} contains dot-segment '${dots}' which is not allowed`
  return refusal('dot-segment', 400, detail, dots === workspace ? WORKSPACE : NAME)
}

/** Percent-encodes all characters except those that RFC 3986 allows in a path segment. */
function pathSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(?:24|26|2B|2C|3B|3D|3A|40)/g, decodeURIComponent)
}

function checkExistingName({ request: { name }, workspace, state }: Creation): CreationRefusal | undefined {
  return state.hasModel?.(workspace, name) === true
    ? refusal('name-exists', 409, alreadyExists(workspace, name), NAME)
    : undefined
}

function alreadyExists(workspace: string, name: string): string {
  return `Model with workspace '${workspace}' and name '${name}' already exists`
}

/** The platform's class for stored models has its own pattern. The detail is pydantic's readable message, including its version. */
function checkWorkspaceCharacters({ workspace }: Creation): CreationRefusal | undefined {
  if (patternRegExp('^[\\w\\-+.@:]+$').test(workspace)) return undefined
  const input = shortened(pythonRepr(workspace))
  const detail =
    `1 validation error for Model\nworkspace\n  String should match pattern '^[\\w\\-\\+.@:]+$' ` +
    `[type=string_pattern_mismatch, input_value=${input}, input_type=str]\n` +
    '    For further information visit https://errors.pydantic.dev/2.14/v/string_pattern_mismatch'
  return refusal('workspace-not-accepted', 400, detail, WORKSPACE)
}

/** Shortens an input of more than 50 bytes like pydantic: to its first 25 and last 24 bytes, whole characters only. */
function shortened(text: string): string {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= 50) return text
  const isInside = (at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80
  let head = 25
  let tail = bytes.length - 24
  while (isInside(head)) head -= 1
  while (isInside(tail)) tail += 1
  const decoder = new TextDecoder()
  return `${decoder.decode(bytes.subarray(0, head))}...${decoder.decode(bytes.subarray(tail))}`
}

const DEEPEST_WRITTEN = 255

function checkWritableDepth({ request }: Creation): CreationRefusal | undefined {
  const { fields, parameters } = freeDepths(request)
  if (Math.max(fields, parameters) <= DEEPEST_WRITTEN) return undefined
  return refusal('too-deep', 400, 'Maximum serialization depth exceeded', ['body'])
}

/** The response wraps the stored value once or twice more. If writing it fails, the platform retries and finds that the model exists. */
function checkAnswerableDepth({ request, workspace }: Creation): CreationRefusal | undefined {
  const { fields, parameters } = freeDepths(request)
  const deepest = Math.max(fields, parameters)
  if (deepest > DEEPEST_WRITTEN || Math.max(fields + 1, parameters + 2) <= DEEPEST_WRITTEN) return undefined
  return refusal('too-deep', 409, alreadyExists(workspace, request.name), ['body'])
}

/** The platform sends UTF-8 to its store. Its message contains a position that depends on everything it sends; this one does not. */
function checkEncoding({ request }: Creation): CreationRefusal | undefined {
  const broken = Object.entries(request).find(([field, value]) => field !== 'fileset' && !isUnicode(value))
  const detail = "'utf-8' codec can't encode a character: surrogates not allowed"
  return broken === undefined ? undefined : refusal('not-unicode', 400, detail, ['body', broken[0]])
}

function isUnicode(value: unknown): boolean {
  for (const level of levels([value])) {
    if (level.some((each) => typeof each === 'string' && !each.isWellFormed())) return false
  }
  return true
}

/** The pattern of the store. Its errors are returned as the text of a Python list. */
function checkNameSegment({ request: { name } }: Creation): CreationRefusal | undefined {
  if (isModelNameSegment(name)) return undefined
  const pattern = pythonRepr('^[a-z](?!.*--)[a-z0-9\\-@.+_]{1,62}(?<!-)$')
  const detail =
    `[{'type': 'string_pattern_mismatch', 'loc': ['body', 'name'], 'msg': "String should match pattern ${pattern}", ` +
    `'input': ${pythonRepr(name)}, 'ctx': {'pattern': ${pattern}}}]`
  return refusal('name-not-accepted', 422, detail, NAME)
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
