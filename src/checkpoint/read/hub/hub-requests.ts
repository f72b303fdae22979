import type { HubSettings } from './hub-settings.js'

/** An answer of the hub, or of a host that it redirects to. */
export interface HubAnswer {
  readonly response: Response
  /** The commit that the hub answers for, if it says so. */
  readonly commit: string | undefined
}

/** The hub could not be reached, whatever was tried. */
export class HubUnreachable extends Error {
  override readonly name = 'HubUnreachable'
}

/** Waits. Tests replace it. */
export type Wait = (milliseconds: number) => Promise<void>

/** How often a request is sent before it fails. */
const ATTEMPTS = 5

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8000

/** A longer wait than this is left to the user. */
const LONGEST_RETRY_AFTER_MS = 60_000

/** Most headers are read within one second. */
const TIMEOUT_MS = 30_000

/** The answers after which the same request may succeed later. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

const MOST_REDIRECTS = 5

/**
 * Sends a GET request. If the hub cannot be reached, is overloaded or limits requests, it is sent again: after the time that the
 * hub asks for, or after a growing one.
 *
 * @returns the last answer, which may be an error
 * @throws HubUnreachable if no attempt got an answer
 */
export async function hubRequest(
  settings: HubSettings,
  url: string,
  headers: Readonly<Record<string, string>>,
  wait: Wait = sleep,
): Promise<HubAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOf(settings, url, headers)
    const delay = attempt < ATTEMPTS ? delayAfter(outcome, attempt) : undefined
    if (delay === undefined) {
      if (outcome instanceof HubUnreachable) throw outcome
      return outcome
    }
    if (!(outcome instanceof HubUnreachable)) await outcome.response.body?.cancel()
    await wait(delay)
  }
}

async function attemptOf(
  settings: HubSettings,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<HubAnswer | HubUnreachable> {
  try {
    return await followed(settings, url, headers)
  } catch (error) {
    if (error instanceof HubUnreachable) return error
    return new HubUnreachable(reasonOf(error))
  }
}

/**
 * Follows redirects by hand. The token goes to the hub alone: storage hosts get signed URLs, and need none. A redirect from
 * https to http is refused.
 */
async function followed(
  { fetch, endpoint, token }: HubSettings,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<HubAnswer> {
  let at = new URL(url)
  let commit: string | undefined
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const isHub = at.origin === new URL(endpoint).origin
    const init = { headers: { ...headers, ...(token !== undefined && isHub && { authorization: `Bearer ${token}` }) } }
    const direct = await answered(fetch, at.href, { ...init, redirect: 'manual' })
    // A browser does not show where it is redirected to. It removes the token itself.
    const response = direct.type === 'opaqueredirect' ? await answered(fetch, at.href, init) : direct
    commit ??= response.headers.get('x-repo-commit') ?? undefined
    const to = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || to === null) return { response, commit }
    await response.body?.cancel()
    const next = new URL(to, at)
    if (next.protocol !== at.protocol && next.protocol !== 'https:')
      throw new HubUnreachable(`the hub redirects to ${next.protocol}//${next.host}, which is not safe`)
    at = next
  }
  throw new HubUnreachable('the hub redirects in a circle')
}

/** An answer has to start in time. Its body may take longer: a header of many megabytes on a slow connection. */
async function answered(fetch: HubSettings['fetch'], url: string, init: RequestInit): Promise<Response> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new DOMException('no answer', 'TimeoutError')), TIMEOUT_MS)
  try {
    return await fetch(url, { ...init, signal: controller.signal })
  } finally {
    clearTimeout(timer)
  }
}

/** How long to wait before the next attempt; undefined if there should be none. */
function delayAfter(outcome: HubAnswer | HubUnreachable, attempt: number): number | undefined {
  const growing = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2)
  if (outcome instanceof HubUnreachable) return growing
  if (!TRANSIENT.has(outcome.response.status)) return undefined
  const asked = askedWaitMs(outcome.response.headers)
  if (asked === undefined) return growing
  return asked > LONGEST_RETRY_AFTER_MS ? undefined : asked
}

/** The wait that an answer asks for: `Retry-After` in seconds or as a date, or the hub's `RateLimit: "api";r=0;t=55`. */
export function askedWaitMs(headers: Headers, now = Date.now()): number | undefined {
  const after = headers.get('retry-after') ?? ''
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000
  if (after.endsWith('GMT') && Number.isFinite(Date.parse(after))) return Math.max(0, Date.parse(after) - now)
  const seconds = /;\s*r=0\s*;\s*t=(\d{1,9})/.exec(headers.get('ratelimit') ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed'
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} seconds`
  // Messages are not repeated: they may quote a URL or a header with a secret.
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return REASONS[code] ?? `the request failed${/^[A-Z_]{1,40}$/.test(code) ? ` (${code})` : ''}`
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
}

const sleep: Wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
