import type { Readable } from 'node:stream'
import { ALREADY_READ, LimitedBytes } from './bytes.js'

/**
 * The bytes of a request stream of Node. Undefined for a body beyond `maxBytes`: the rest of it is thrown away as it comes, so that the
 * client can read the answer.
 *
 * @throws Error if the stream has been read, or ends before its body does
 */
export async function readNodeBody(stream: Readable, maxBytes: number): Promise<Uint8Array | undefined> {
  if (stream.readableDidRead || stream.readableEnded) throw new TypeError(ALREADY_READ)
  const bytes = new LimitedBytes(maxBytes)
  await new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk: Uint8Array) => {
      if (!bytes.add(chunk)) resolve()
    })
    stream.once('end', resolve)
    stream.once('error', reject)
    stream.once('close', () => reject(new Error('the connection ended before the body did')))
  })
  return bytes.whole()
}
