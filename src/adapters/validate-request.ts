import { checkOptions } from '../options/index.js'
import type { Model, ModelValue } from '../validation/index.js'
import { ALREADY_READ, LimitedBytes } from './bytes.js'
import { checkBody, type RefusingAnswer } from './check-body.js'
import { DEFAULT_MAX_BYTES, REQUEST_OPTIONS, type RequestOptions } from './request-options.js'
import { webResponse } from './web-response.js'

/** The value of a valid request, or the response to give. */
export type RequestResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false
      /** The service's response: status, headers and body. */
      readonly response: Response
      readonly status: number
      /** The `detail` of the body. */
      readonly detail: RefusingAnswer['detail']
    }

/**
 * Validates the body of a web `Request` like the service: for Hono, Bun, Deno, Workers, Next.js and everything else that has `Request`.
 * Reads the body, so nothing else may have read it.
 *
 * @param model - the name of a definition, or your own definition
 * @throws TypeError for an unknown model or option, or a body that has been read
 * @throws RangeError for a number option out of range
 * @example
 * const result = await validateRequest('CreateModelEntityRequest', request, { maxBytes: 1_000_000 })
 * if (!result.ok) return result.response
 * return Response.json(result.value, { status: 201 })
 */
export async function validateRequest<M extends Model>(
  model: M,
  request: Request,
  options: RequestOptions<M, Request> = {},
): Promise<RequestResult<ModelValue<M>>> {
  checkOptions(options, REQUEST_OPTIONS)
  const checked = await checkWebRequest(model, request, options, request)
  if (checked.ok) return checked
  const { status, detail } = checked.answer
  return { ok: false, response: webResponse(checked.answer), status, detail }
}

/** Checks the body of a web request. `given` is what the options' functions get: the framework's own request. */
export async function checkWebRequest<M extends Model, Req>(
  model: M,
  request: Request,
  options: RequestOptions<M, Req>,
  given: Req,
): ReturnType<typeof checkBody<M, Req>> {
  if (request.bodyUsed) throw new TypeError(ALREADY_READ)
  const { maxBytes = DEFAULT_MAX_BYTES } = options
  const { headers } = request
  const bytes = Number(headers.get('content-length')) > maxBytes ? undefined : await readBytes(request.body, maxBytes)
  const raw = { bytes, contentType: headers.get('content-type'), contentEncoding: headers.get('content-encoding') }
  return checkBody(model, raw, options, given)
}

/** The bytes of a stream. Undefined if there are more than `maxBytes`: then the rest is not read. */
async function readBytes(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array | undefined> {
  const bytes = new LimitedBytes(maxBytes)
  const reader = stream?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    if (bytes.add(read.value)) continue
    await reader?.cancel()
    break
  }
  return bytes.whole()
}
