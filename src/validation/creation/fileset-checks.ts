import { encodingError, pythonRepr, pythonStrip } from '../python-text.js'
import { type Creation, FILESET, refusal } from './creation.js'
import type { CreationRefusal } from './refusal.js'

/** The fileset must be a reference, and there. */
export function checkFileset(creation: Creation): CreationRefusal | undefined {
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

/** A tool-call plugin, in the request or in its fileset, must be allowed. */
export function checkToolCallPlugin(creation: Creation): CreationRefusal | undefined {
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

const PLUGIN_DISABLED =
  'tool_call_plugin is disabled at the platform level. Set models.tool_call_plugin.enabled=true in the platform configuration to allow ' +
  'custom parser plugins.'
const PLUGIN_FORBIDDEN =
  'Insufficient permissions to set tool_call_plugin. Requires the models.tool-call-plugin.set permission.'

/** The workspace and name of a fileset, as the route reads them. Undefined if it is not a valid reference. */
function filesetOf({ request: { fileset }, workspace }: Creation): { workspace: string; name: string } | undefined {
  const [first, second, ...more] = pythonStrip(fileset ?? '').split('/')
  if (!first || second === '' || more.length > 0) return undefined
  return second === undefined ? { workspace, name: first } : { workspace: first, name: second }
}
