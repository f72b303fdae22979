import type { ErrorDetail } from '../result.js'

/** Why the create route refuses a request. */
export type CreationRefusalReason = keyof typeof CREATION_REFUSALS

/** Every reason, with what it means, in the order in which the route comes to it. */
export const CREATION_REFUSALS = {
  'no-such-route': 'The workspace is empty or has a slash, so that no route has such a path.',
  'body-not-valid': 'The body fails validation: the answer is that of `validate`.',
  'fileset-not-a-reference': 'The fileset is neither `name` nor `workspace/name`.',
  'fileset-not-found': 'There is no such fileset.',
  'tool-call-plugin-not-allowed':
    'A plugin for tool calls is set, by the request or by its fileset, and the platform allows none.',
  'trust-remote-code-not-allowed': 'The caller may not set `trust_remote_code`.',
  'dot-segment': 'The workspace or the name is `.` or `..`, which a path cannot hold.',
  'name-exists': 'The workspace has a model of this name.',
  'workspace-not-accepted': 'The workspace has a character that no workspace has.',
  'too-deep': 'A free field is nested deeper than the platform can write.',
  'not-unicode': 'A text holds half of a surrogate pair.',
  'name-not-accepted':
    'The name is no model-name segment: 2 to 63 characters of `a-z 0-9 - @ . + _`, a letter first, no `--`, no `-` last.',
  'workspace-not-found': 'There is no such workspace.',
  'project-not-found': 'There is no such project in the workspace.',
} as const

/** One thing for which the create route refuses a request: what it answers, where the cause is, and why. */
export interface CreationRefusal {
  readonly status: 400 | 403 | 404 | 409 | 422 | 500
  /** The `detail` of the answer's body, to the letter: a sentence, or the list of errors of a body that fails validation. */
  readonly detail: string | readonly ErrorDetail[]
  /** Where the cause is: `['body', …]`, or `['path', 'workspace']`. */
  readonly loc: readonly (string | number)[]
  readonly reason: CreationRefusalReason
}
