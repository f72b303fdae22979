import type { ErrorDetail } from '../result.js'

/** Why the create route refuses a request. */
export type CreationRefusalReason = keyof typeof CREATION_REFUSALS

/** Every reason and its meaning, in the order of the route. */
export const CREATION_REFUSALS = {
  'no-such-route': 'The workspace is empty or contains a slash, so no route matches the path.',
  'body-not-valid': 'The body is invalid. The response is that of `validate`.',
  'fileset-not-a-reference': 'The fileset is neither `name` nor `workspace/name`.',
  'fileset-not-found': 'The fileset does not exist.',
  'tool-call-plugin-not-allowed':
    'A plugin for tool calls is set, by the request or by its fileset, and the platform allows none.',
  'trust-remote-code-not-allowed': 'The caller may not set `trust_remote_code`.',
  'dot-segment': 'The workspace or the name is `.` or `..`, which a path cannot contain.',
  'name-exists': 'The workspace already has a model with this name.',
  'workspace-not-accepted': 'The workspace contains a character that is not allowed.',
  'too-deep': 'A free field is nested deeper than the platform can write.',
  'not-unicode': 'A string contains a lone surrogate.',
  'name-not-accepted':
    'The name is not a model-name segment: 2 to 63 characters of `a-z 0-9 - @ . + _`, first a letter, no `--`, no `-` last.',
  'workspace-not-found': 'The workspace does not exist.',
  'project-not-found': 'The project does not exist in the workspace.',
} as const

/** One refusal of the create route: the response, the place of the cause, and the reason. */
export interface CreationRefusal {
  readonly status: 400 | 403 | 404 | 409 | 422 | 500
  /** The exact `detail` of the response: a sentence, or the list of validation errors. */
  readonly detail: string | readonly ErrorDetail[]
  /** The place of the cause: `['body', …]`, or `['path', 'workspace']`. */
  readonly loc: readonly (string | number)[]
  readonly reason: CreationRefusalReason
}
