/** How a piece of work ended: by itself, or stopped. */
export type Ending<Value> = { readonly end: 'done'; readonly value: Value } | { readonly end: 'timeout' | 'aborted' }

/**
 * Runs work until it ends, the time is up, or the caller's signal stops it. Does not wait for work that ignores its signal.
 *
 * `AbortSignal.any` and `AbortSignal.timeout` would be shorter, but some supported runtimes lack the first.
 *
 * @param work - gets a signal that aborts in the last two cases
 */
export async function withinTime<Value>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Ending<Value>> {
  if (signal?.aborted) return { end: 'aborted' }
  const controller = new AbortController()
  let stop = (_: 'timeout' | 'aborted'): void => {}
  const stopped = new Promise<Ending<Value>>((resolve) => {
    stop = (end) => {
      resolve({ end })
      controller.abort()
    }
  })
  const timer = setTimeout(() => stop('timeout'), timeoutMs)
  const onAbort = () => stop('aborted')
  signal?.addEventListener('abort', onAbort)
  try {
    return await Promise.race([stopped, work(controller.signal).then((value) => ({ end: 'done', value }) as const)])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Waits. Answers `'aborted'` as soon as the signal stops it. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<'over' | 'aborted'> {
  const { end } = await withinTime(milliseconds, signal, () => new Promise<never>(() => {}))
  return end === 'aborted' ? 'aborted' : 'over'
}
