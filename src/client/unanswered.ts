import type { NoAnswer } from './attempt.js'
import { mayHaveCreated } from './may-have-created.js'
import type { Aborted, NetworkFailure, TimedOut } from './result.js'
import type { Settings } from './settings.js'

/** The result of a call without a complete answer. */
export function unanswered(
  { kind, isSent, failure, httpStatus }: NoAnswer,
  attempts: number,
  { base: { origin }, timeoutMs }: Settings,
): NetworkFailure | TimedOut | Aborted {
  const code = failure?.code === undefined ? {} : { code: failure.code }
  const shownCode = failure?.code === undefined ? '' : ` (${failure.code})`
  const common = {
    ok: false,
    attempts,
    mayExist: isSent && (httpStatus === undefined || mayHaveCreated(httpStatus)),
    ...(httpStatus !== undefined && { httpStatus }),
  } as const
  if (kind === 'aborted') return { ...common, status: 'aborted', message: 'stopped by the signal' }
  if (kind === 'timeout') {
    return { ...common, status: 'timeout', message: `no complete answer from ${origin} within ${timeoutMs} ms` }
  }
  if (failure?.kind === 'timeout') {
    return {
      ...common,
      status: 'timeout',
      message: `no answer from ${origin} within the runtime's own limit${shownCode}`,
    }
  }
  const happened = failure?.kind === 'refused' ? 'refused the connection' : whatBroke(httpStatus)
  return { ...common, status: 'network-error', message: `${origin} ${happened}${shownCode}`, ...code }
}

function whatBroke(httpStatus: number | undefined): string {
  return httpStatus === undefined ? 'did not answer' : `answered ${httpStatus}, but the body broke off`
}
