import { isModelNameSegment } from '../../references/model-ref.js'
import { pythonRepr } from '../python-text.js'
import { patternRegExp } from '../rust-pattern.js'
import { type Creation, NAME, refusal, WORKSPACE } from './creation.js'
import type { CreationRefusal } from './refusal.js'

/** The platform looks the model up in its own store, with a path that must not contain dot segments. */
export function checkDotSegments({ request: { name }, workspace }: Creation): CreationRefusal | undefined {
  const dots = [workspace, name].find((segment) => segment === '.' || segment === '..')
  if (dots === undefined) return undefined
  const path = `/apis/entities/v2/workspaces/${pathSegment(workspace)}/entities/model/${pathSegment(name)}`
  const detail = `Constructed path ${pythonRepr(path)} contains dot-segment '${dots}' which is not allowed`
  return refusal('dot-segment', 400, detail, dots === workspace ? WORKSPACE : NAME)
}

/** A workspace has one model of a name. */
export function checkExistingName({ request: { name }, workspace, state }: Creation): CreationRefusal | undefined {
  return state.hasModel?.(workspace, name) === true
    ? refusal('name-exists', 409, alreadyExists(workspace, name), NAME)
    : undefined
}

/** The platform's class for stored models has its own pattern. The detail is pydantic's readable message, including its version. */
export function checkWorkspaceCharacters({ workspace }: Creation): CreationRefusal | undefined {
  if (patternRegExp('^[\\w\\-+.@:]+$').test(workspace)) return undefined
  const input = shortened(pythonRepr(workspace))
  const detail =
    `1 validation error for Model\nworkspace\n  String should match pattern '^[\\w\\-\\+.@:]+$' ` +
    `[type=string_pattern_mismatch, input_value=${input}, input_type=str]\n` +
    '    For further information visit https://errors.pydantic.dev/2.14/v/string_pattern_mismatch'
  return refusal('workspace-not-accepted', 400, detail, WORKSPACE)
}

/** The pattern of the store. Its errors are returned as the text of a Python list. */
export function checkNameSegment({ request: { name } }: Creation): CreationRefusal | undefined {
  if (isModelNameSegment(name)) return undefined
  const pattern = pythonRepr('^[a-z](?!.*--)[a-z0-9\\-@.+_]{1,62}(?<!-)$')
  const detail =
    `[{'type': 'string_pattern_mismatch', 'loc': ['body', 'name'], 'msg': "String should match pattern ${pattern}", ` +
    `'input': ${pythonRepr(name)}, 'ctx': {'pattern': ${pattern}}}]`
  return refusal('name-not-accepted', 422, detail, NAME)
}

/** The message of a conflict of names. */
export function alreadyExists(workspace: string, name: string): string {
  return `Model with workspace '${workspace}' and name '${name}' already exists`
}

/** Percent-encodes all characters except those that RFC 3986 allows in a path segment. */
function pathSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(?:24|26|2B|2C|3B|3D|3A|40)/g, decodeURIComponent)
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
