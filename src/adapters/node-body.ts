import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { Model, ModelValue } from '../validation/index.js'
import { ALREADY_READ, LimitedBytes } from './bytes.js'
import { type CheckedBody, checkBody } from './check-body.js'
import { DEFAULT_MAX_BYTES, type RequestOptions } from './request-options.js'

/** A request of Node, with what a framework may have made of its body. */
export interface NodeRequest extends Readable, Pick<IncomingMessage, 'headers'> {
  readonly body?: unknown
  readonly rawBody?: unknown
}

/**
 * Checks the body of a request of Node.
 *
 * @param stream - where the body comes from, if not from the request itself
 * @param given - what the options' functions get: the framework's own request
 * @throws TypeError if something has parsed the body and kept no bytes of it
 */
export async function checkNodeRequest<M extends Model, Req>(
  model: M,
  { headers }: Pick<NodeRequest, 'headers'>,
  stream: Readable & Pick<NodeRequest, 'body' | 'rawBody'>,
  options: RequestOptions<M, Req>,
  given: Req,
): Promise<CheckedBody<ModelValue<M>>> {
  const { maxBytes = DEFAULT_MAX_BYTES } = options
  const isTooLarge = Number(headers['content-length']) > maxBytes
  const bytes = isTooLarge ? undefined : await bytesOf(stream, maxBytes)
  const raw = { bytes, contentType: headers['content-type'], contentEncoding: headers['content-encoding'] }
  return checkBody(model, raw, options, given)
}

async function bytesOf(
  stream: Readable & Pick<NodeRequest, 'body' | 'rawBody'>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const kept = [stream.rawBody, stream.body].find((body) => body instanceof Uint8Array)
  if (kept !== undefined) return kept.length > maxBytes ? undefined : kept
  if (stream.readableDidRead || stream.destroyed) throw new TypeError(ALREADY_READ)
  return readNodeBody(stream, maxBytes)
}

/**
 * The bytes of a stream. Undefined for a body beyond `maxBytes`: the rest of it is thrown away as it comes, so that the client can
 * read the answer.
 */
async function readNodeBody(stream: Readable, maxBytes: number): Promise<Uint8Array | undefined> {
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
