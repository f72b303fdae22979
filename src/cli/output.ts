/**
 * Writes a part of the output, and waits until it is taken, so that a slow reader does not let it pile up in memory. Where
 * nobody reads any more the part is dropped.
 */
export async function write(text: string): Promise<void> {
  pending.push(text)
  length += text.length
  if (length >= CHUNK) await flush()
}

/** Writes what has been put together so far. */
export async function flush(): Promise<void> {
  const text = pending.join('')
  pending.length = 0
  length = 0
  if (text !== '') await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
}

/** Small parts are put together: each write is a call of the system. */
const CHUNK = 65_536

const pending: string[] = []
let length = 0
