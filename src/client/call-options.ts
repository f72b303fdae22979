import type { OptionTable } from '../options/index.js'
import type { OptionKind } from '../options/option-kind.js'

/** Options of one call. */
export interface CallOptions {
  /** Stops the call, also while it waits before a retry. The result is `'aborted'`. */
  readonly signal?: AbortSignal
}

/** By its members, not its class: a signal may come from another realm or from a polyfill. */
const abortSignal: OptionKind<AbortSignal> = {
  expected: 'an AbortSignal',
  suits: (value) =>
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function',
}

/** The options that a call accepts. */
export const CALL_OPTIONS: OptionTable<CallOptions> = { signal: abortSignal }
