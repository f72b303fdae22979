/**
 * Writes a piece of the output and waits until the reader has taken it, so that a slow reader does not make memory grow.
 * If the reader has closed the pipe, the piece is dropped.
 */
export async function write(text: string): Promise<void> {
  pending.push(text)
  length += text.length
  if (length >= CHUNK) await flush()
}

/** Writes everything that is still buffered. */
export async function flush(): Promise<void> {
  const text = pending.join('')
  pending.length = 0
  length = 0
  if (text !== '') await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
}

/** Small pieces are buffered, because each write is a system call. */
const CHUNK = 65_536

const pending: string[] = []
let length = 0
