/**
 * Reads a stream to its end, but at most `limit` bytes.
 *
 * @returns the bytes, cut at the limit, and whether that is all of them. What is left of a longer stream is cancelled
 */
export async function readAtMost(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly isAll: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  if (stream === null) return { bytes: joined(chunks, 0), isAll: true }
  const reader = stream.getReader()
  const cancel = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel, { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { bytes: joined(chunks, length), isAll: true }
      const rest = limit - length
      chunks.push(value.length > rest ? value.subarray(0, rest) : value)
      length = Math.min(limit, length + value.length)
      if (value.length > rest) return { bytes: joined(chunks, length), isAll: false }
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    cancel()
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
