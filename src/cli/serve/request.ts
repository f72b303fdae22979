import { unknownModel } from '../../options/index.js'
import { isSchemaName, SCHEMA_NAMES, type SchemaName } from '../../schemas/index.js'

/** The version of the protocol: see conformance/README.md. */
export const PROTOCOL_VERSION = 1

/** What a line asks for. */
export type Request = { readonly cmd: 'start' } | { readonly cmd: 'stop' } | RunRequest

/** A body to validate. */
export interface RunRequest {
  readonly cmd: 'run'
  readonly id: string | number | undefined
  readonly model: SchemaName
  readonly body: string | Uint8Array
  /** The `Content-Type` header: null if there is none; nothing for JSON. */
  readonly contentType: string | null | undefined
  readonly mode: 'lax' | 'strict' | undefined
}

/** A line that is not a request. The process answers with the message, and goes on. */
export class RequestError extends Error {
  /** The `id` of the request, if one could be read. */
  readonly id: string | number | undefined

  constructor(message: string, id?: string | number) {
    super(message)
    this.id = id
  }
}

/**
 * Reads a line as a request.
 *
 * @throws RequestError if it is not one
 */
export function readRequest(line: Uint8Array): Request {
  const fields = fieldsOf(line)
  const id = idOf(fields.get('id'))
  const fail = (message: string): never => {
    throw new RequestError(message, id)
  }
  const text = (name: string): string | undefined => {
    const value = fields.get(name)
    return value === undefined || typeof value === 'string' ? value : fail(`"${name}" is not a text`)
  }
  const strange = [...fields.keys()].find((name) => !FIELDS.has(name))
  if (strange !== undefined)
    fail(`no such field: ${JSON.stringify(strange.slice(0, 50))}. Fields: ${[...FIELDS].join(', ')}`)
  const cmd = text('cmd') ?? 'run'
  const protocol = fields.get('protocol') ?? PROTOCOL_VERSION
  if (protocol !== PROTOCOL_VERSION) fail(`this is version ${PROTOCOL_VERSION} of the protocol`)
  if (cmd === 'start' || cmd === 'stop') return { cmd }
  if (cmd !== 'run') return fail('"cmd" is none of start, run and stop')
  const model = text('model') ?? fail('"model" is missing')
  if (!isSchemaName(model)) return fail(unknownModel(model.slice(0, 100), SCHEMA_NAMES).message)
  const [body, base64, mode] = [text('body'), text('base64'), text('mode')]
  if ((body === undefined) === (base64 === undefined)) return fail('exactly one of "body" and "base64" is expected')
  if (mode !== undefined && mode !== 'lax' && mode !== 'strict') return fail('"mode" is neither lax nor strict')
  if (base64 !== undefined && !BASE64.test(base64)) return fail('"base64" is not base 64')
  const contentType = fields.get('content_type') === null ? null : text('content_type')
  return { cmd, id, model, body: body ?? Buffer.from(base64 ?? '', 'base64'), contentType, mode }
}

const FIELDS: ReadonlySet<string> = new Set([
  'cmd',
  'id',
  'model',
  'body',
  'base64',
  'content_type',
  'mode',
  'protocol',
])
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function fieldsOf(line: Uint8Array): Map<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(DECODER.decode(line))
  } catch {
    throw new RequestError('the line is not JSON in UTF-8')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RequestError('the line is not a JSON object')
  return new Map(Object.entries(value))
}

const DECODER = new TextDecoder('utf-8', { fatal: true })

function idOf(value: unknown): string | number | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new RequestError('"id" is neither a text nor an integer of up to 53 bits')
}
