import { CheckpointError } from '../../../architecture/index.js'
import { askedWaitMs, type HubUnreachable } from './hub-requests.js'
import type { HubSettings } from './hub-settings.js'

/** What was asked for. */
export interface HubPlace {
  readonly repository: string
  readonly revision: string
  /** Absent if the repository itself was asked for. */
  readonly file?: string
}

/**
 * The error for an answer that is none. The hub says in `x-error-code` what is wrong, and hides repositories that a token has no
 * access to. Source: `hf_raise_for_status` of huggingface_hub.
 */
export function answerError(response: Response, place: HubPlace, { token }: HubSettings): CheckpointError {
  const { status, headers } = response
  const code = headers.get('x-error-code') ?? ''
  const kind = KINDS.find((one) => one.is(status, code, headers.get('x-error-message') ?? '', place)) ?? UNEXPECTED
  const details = { status, hasToken: token !== undefined, waitMs: askedWaitMs(headers), ...place }
  return new CheckpointError('unreadable_file', kind.message(details), {
    place: place.file === undefined ? [place.repository] : [place.repository, place.file],
    help: kind.help(details),
  })
}

/** The error if a repository is read offline, and the local cache lacks it. */
export function notCachedError({ repository, revision }: HubPlace, { cacheFolder }: HubSettings): CheckpointError {
  const where = cacheFolder === undefined ? 'there is no local cache' : `it is not in the local cache (${cacheFolder})`
  return new CheckpointError('no_checkpoint', `hf:${repository} at ${revision} cannot be read offline: ${where}`, {
    place: [repository],
    help: `download it (hf download ${repository} --revision ${revision}), or unset HF_HUB_OFFLINE`,
  })
}

/** The error if the hub cannot be reached. */
export function unreachableError(error: HubUnreachable, place: HubPlace, { endpoint }: HubSettings): CheckpointError {
  return new CheckpointError(
    'unreadable_file',
    `hf:${place.repository} cannot be read from ${hostOf(endpoint)}: ${error.message}`,
    {
      place: [place.repository],
      help: 'check the network and HF_ENDPOINT, or download the repository and pass its folder',
    },
  )
}

interface Details extends HubPlace {
  readonly status: number
  readonly hasToken: boolean
  readonly waitMs: number | undefined
}

interface Kind {
  readonly is: (status: number, code: string, message: string, place: HubPlace) => boolean
  readonly message: (details: Details) => string
  readonly help: (details: Details) => string
}

const TOKEN_PAGE = 'create one at https://huggingface.co/settings/tokens, and pass it with HF_TOKEN or --token'

/** The answers that have a meaning, most specific first. */
const KINDS: readonly Kind[] = [
  {
    is: (_, code) => code === 'RevisionNotFound',
    message: ({ repository, revision }) => `hf:${repository} has no revision ${JSON.stringify(revision)}`,
    help: () => 'pass a branch, a tag or a full commit with --revision',
  },
  {
    is: (_, code, __, { file }) => code === 'EntryNotFound' && file !== undefined,
    message: ({ repository, file }) => `hf:${repository} has no file ${file}`,
    help: () => 'the repository changed while it was read: run the command again',
  },
  {
    is: (_, code) => code === 'GatedRepo',
    message: ({ repository }) => `hf:${repository} is gated: its authors grant access`,
    help: ({ repository, hasToken }) =>
      hasToken
        ? `ask for access at https://huggingface.co/${repository} with the account of the token`
        : `ask for access at https://huggingface.co/${repository}, then pass a token: ${TOKEN_PAGE}`,
  },
  {
    is: (_, __, message) => message === 'Access to this resource is disabled.',
    message: ({ repository }) => `hf:${repository} is disabled by the hub`,
    help: () => 'its page on the hub may say why',
  },
  {
    is: (status, _, message) => status === 401 && /invalid credentials|invalid user ?token|expired/i.test(message),
    message: ({ repository }) => `hf:${repository} cannot be read: the hub does not accept the token`,
    help: () => `the token is wrong or has expired: ${TOKEN_PAGE}`,
  },
  {
    is: (status, code) => code === 'RepoNotFound' || status === 401 || status === 404,
    message: ({ repository }) => `hf:${repository} does not exist, or is private`,
    help: ({ hasToken }) =>
      hasToken
        ? 'check the name, and whether the account of the token has access'
        : `check the name; a private repository needs a token: ${TOKEN_PAGE}`,
  },
  {
    is: (status) => status === 403,
    message: ({ repository }) => `the token has no access to hf:${repository}`,
    help: () => 'a fine-grained token needs the permission to read this repository',
  },
  {
    is: (status) => status === 429,
    message: () => 'the hub limits the number of requests (429)',
    help: ({ waitMs, hasToken }) =>
      `${waitMs === undefined ? 'try again later' : `try again in ${Math.ceil(waitMs / 1000)} seconds`}${hasToken ? '' : '; with a token, the limit is higher'}`,
  },
]

/** Any other answer. */
const UNEXPECTED: Omit<Kind, 'is'> = {
  message: ({ repository, file, status }) =>
    `hf:${repository}${file === undefined ? '' : `/${file}`} cannot be read: the hub answers ${status}`,
  help: ({ status }) =>
    status >= 500 ? 'the hub has a problem: try again later' : 'check the URL of the hub (HF_ENDPOINT, --hub-url)',
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : 'the hub'
}
