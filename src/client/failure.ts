/** Why an attempt failed, as far as the runtime tells. */
export interface Failure {
  /** The error code, if there is one: `ECONNREFUSED`. */
  readonly code?: string
  /** What happened. */
  readonly kind: 'refused' | 'timeout' | 'other'
  /** Whether the connection failed, so that nothing was sent. */
  readonly isBeforeSending: boolean
}

/** Codes for a connection that was refused. Bun has its own. */
const REFUSED = new Set(['ECONNREFUSED', 'ConnectionRefused'])

/** More codes for a connection that could not be opened. */
const NOT_CONNECTED = new Set([...REFUSED, 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'FailedToOpenSocket'])

const TIMEOUT = /^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/

/**
 * Reads what `fetch` threw. The error itself goes no further: its message may quote a header or the URL.
 *
 * Browsers do not tell a refused connection from any other failure, so nothing is repeated there.
 */
export function failureOf(error: unknown): Failure {
  const causes = rootCauses(error)
  const code = causes.map(codeOf).find((found) => found !== undefined)
  const every = (test: (cause: unknown) => boolean) => causes.length > 0 && causes.every(test)
  const isRefused = every((cause) => REFUSED.has(codeOf(cause) ?? '') || saysRefused(cause))
  return {
    ...(code !== undefined && { code }),
    kind: isRefused ? 'refused' : TIMEOUT.test(code ?? '') ? 'timeout' : 'other',
    isBeforeSending: isRefused || every((cause) => NOT_CONNECTED.has(codeOf(cause) ?? '')),
  }
}

const MAX_CAUSES = 16

/** The innermost causes. One connection to a name with several addresses fails with one error for each. */
function rootCauses(error: unknown): unknown[] {
  const roots: unknown[] = []
  const pending: unknown[] = [error]
  for (let seen = 0; pending.length > 0 && seen < MAX_CAUSES; seen += 1) {
    const next = pending.pop()
    const inner = causesOf(next)
    if (inner.length === 0) roots.push(next)
    else pending.push(...inner)
  }
  return roots
}

function causesOf(error: unknown): readonly unknown[] {
  if (!isObject(error)) return []
  const { errors, cause } = error as { readonly errors?: unknown; readonly cause?: unknown }
  if (Array.isArray(errors) && errors.length > 0) return errors
  return isObject(cause) ? [cause] : []
}

/** Only what looks like a code: anything else may hold more than that. */
function codeOf(error: unknown): string | undefined {
  const code: unknown = isObject(error) ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' && /^[A-Z][A-Za-z0-9_]{1,60}$/.test(code) ? code : undefined
}

/** Deno has no codes: `tcp connect error: Connection refused (os error 111)`. */
function saysRefused(error: unknown): boolean {
  return error instanceof Error && /\bconnect error: Connection refused\b/i.test(error.message)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
