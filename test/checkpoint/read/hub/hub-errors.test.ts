import { describe, expect, it } from 'vitest'
import {
  answerError,
  type HubPlace,
  notCachedError,
  unreachableError,
} from '../../../../src/checkpoint/read/hub/hub-errors.js'
import { askedWaitMs, HubUnreachable } from '../../../../src/checkpoint/read/hub/hub-requests.js'
import type { HubSettings } from '../../../../src/checkpoint/read/hub/hub-settings.js'

const SETTINGS: HubSettings = {
  fetch,
  endpoint: 'https://hub.example',
  token: undefined,
  offline: false,
  cacheFolder: '/x',
} as HubSettings
const REPOSITORY: HubPlace = { repository: 'org/m', revision: 'main' }
const FILE: HubPlace = { ...REPOSITORY, file: 'a.json' }
const TOKEN_PAGE = 'create one at https://huggingface.co/settings/tokens, and pass it with HF_TOKEN or --token'

type Answer = readonly [status: number, code?: string, message?: string]

function errorOf([status, code = '', message = '']: Answer, place: HubPlace, token?: string, more: object = {}) {
  const headers = { 'x-error-code': code, 'x-error-message': message, ...more }
  const error = answerError(new Response(null, { status, headers }), place, { ...SETTINGS, token })
  expect(error.code).toBe('unreadable_file')
  expect(error.place).toStrictEqual(place.file === undefined ? ['org/m'] : ['org/m', 'a.json'])
  return `${error.message}; ${error.help}`
}

describe('an answer of the hub that is an error', () => {
  it.each<[answer: Answer, place: HubPlace, token: string | undefined, said: string]>([
    [
      [404, 'RevisionNotFound'],
      REPOSITORY,
      undefined,
      'hf:org/m has no revision "main"; pass a branch, a tag or a full commit with --revision',
    ],
    [
      [404, 'EntryNotFound'],
      FILE,
      undefined,
      'hf:org/m has no file a.json; the repository changed while it was read: run the command again',
    ],
    [
      [404, 'EntryNotFound'],
      REPOSITORY,
      'x',
      'hf:org/m does not exist, or is private; check the name, and whether the account of the token has access',
    ],
    [
      [401, 'GatedRepo'],
      FILE,
      undefined,
      `hf:org/m is gated: its authors grant access; ask for access at https://huggingface.co/org/m, then pass a token: ${TOKEN_PAGE}`,
    ],
    [
      [403, 'GatedRepo'],
      FILE,
      'x',
      'hf:org/m is gated: its authors grant access; ask for access at https://huggingface.co/org/m with the account of the token',
    ],
    [
      [403, '', 'Access to this resource is disabled.'],
      REPOSITORY,
      undefined,
      'hf:org/m is disabled by the hub; its page on the hub may say why',
    ],
    ...[
      'Invalid credentials in Authorization header',
      'invalid user token',
      'Invalid usertoken',
      'Token has EXPIRED',
    ].map((message): [Answer, HubPlace, string, string] => [
      [401, '', message],
      REPOSITORY,
      'x',
      `hf:org/m cannot be read: the hub does not accept the token; the token is wrong or has expired: ${TOKEN_PAGE}`,
    ]),
    [
      [403, '', 'token expired'],
      FILE,
      'x',
      'the token has no access to hf:org/m; a fine-grained token needs the permission to read this repository',
    ],
    [
      [401, '', 'nothing'],
      REPOSITORY,
      undefined,
      `hf:org/m does not exist, or is private; check the name; a private repository needs a token: ${TOKEN_PAGE}`,
    ],
    [
      [404],
      REPOSITORY,
      undefined,
      `hf:org/m does not exist, or is private; check the name; a private repository needs a token: ${TOKEN_PAGE}`,
    ],
    [
      [410, 'RepoNotFound'],
      REPOSITORY,
      'x',
      'hf:org/m does not exist, or is private; check the name, and whether the account of the token has access',
    ],
    [
      [500],
      FILE,
      undefined,
      'hf:org/m/a.json cannot be read: the hub answers 500; the hub has a problem: try again later',
    ],
    [
      [499],
      REPOSITORY,
      undefined,
      'hf:org/m cannot be read: the hub answers 499; check the URL of the hub (HF_ENDPOINT, --hub-url)',
    ],
  ])('%j for %j with token %s', (answer, place, token, said) => expect(errorOf(answer, place, token)).toBe(said))

  it('says how long to wait if there are too many requests', () => {
    const limit = 'the hub limits the number of requests (429); '
    expect(errorOf([429], FILE, 'x')).toBe(`${limit}try again later`)
    expect(errorOf([429], FILE)).toBe(`${limit}try again later; with a token, the limit is higher`)
    expect(errorOf([429], FILE, 'x', { 'retry-after': '7' })).toBe(`${limit}try again in 7 seconds`)
  })
})

describe('a repository that is read offline', () => {
  it.each([
    [undefined, 'there is no local cache'],
    ['/c', 'it is not in the local cache (/c)'],
  ])('with the cache %s is refused', (cacheFolder, where) => {
    expect(notCachedError({ ...REPOSITORY, revision: 'v1' }, { ...SETTINGS, cacheFolder })).toMatchObject({
      code: 'no_checkpoint',
      message: `hf:org/m at v1 cannot be read offline: ${where}`,
      place: ['org/m'],
      help: 'download it (hf download org/m --revision v1), or unset HF_HUB_OFFLINE',
    })
  })
})

describe('a hub that cannot be reached', () => {
  it.each([
    ['https://hub.example:8080/x', 'hub.example:8080'],
    ['nonsense', 'the hub'],
  ])('%s is called %s', (endpoint, host) => {
    expect(new HubUnreachable('why').name).toBe('HubUnreachable')
    expect(unreachableError(new HubUnreachable('why'), REPOSITORY, { ...SETTINGS, endpoint })).toMatchObject({
      code: 'unreadable_file',
      message: `hf:org/m cannot be read from ${host}: why`,
      place: ['org/m'],
      help: 'check the network and HF_ENDPOINT, or download the repository and pass its folder',
    })
  })
})

describe('the wait that an answer asks for', () => {
  const NOW = Date.UTC(2026, 0, 1)

  it.each<[headers: Record<string, string>, milliseconds: number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ' 12 ' }, 12_000],
    [{ 'retry-after': '1234567890' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': '1.5' }, undefined],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 0],
    [{ 'retry-after': 'nonsense GMT' }, undefined],
    [{ 'retry-after': '2026-01-01T00:00:30Z' }, undefined],
    [{ ratelimit: '"api";r=0;t=55' }, 55_000],
    [{ ratelimit: '"api"; r=0 ; t=5' }, 5000],
    [{ ratelimit: '"api";r=1;t=55' }, undefined],
    [{ ratelimit: '"api";r=0' }, undefined],
    [{ ratelimit: '"api";r=0;t=55', 'retry-after': '3' }, 3000],
  ])('by %j is %s', (headers, milliseconds) => expect(askedWaitMs(new Headers(headers), NOW)).toBe(milliseconds))
})
