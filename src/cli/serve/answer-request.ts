import { SCHEMA_NAMES } from '../../schemas/index.js'
import { type ValidateJsonOptions, type ValidationResult, validateJson } from '../../validation/index.js'
import { PROTOCOL_VERSION, RequestError, type RunRequest, readRequest } from './request.js'

/** How a server answers. */
export interface ServeOptions {
  /** The definition of every line, which is then a body by itself. Without it, each line is a request that names one. */
  readonly model?: RunRequest['model']
  readonly maxErrors: number
  readonly maxLineBytes: number
  /** The version of the package, for whoever asks. */
  readonly version: string
}

/** The answer to a line: one line of JSON without a line end. It never throws. */
export function answerTo(line: Uint8Array | 'too long', options: ServeOptions): string {
  try {
    if (line === 'too long') throw new RequestError(`the line is longer than ${options.maxLineBytes} bytes`)
    return options.model === undefined
      ? requestAnswer(line, options)
      : written(validateJson(options.model, line, { maxErrors: options.maxErrors }))
  } catch (error) {
    if (error instanceof RequestError) return JSON.stringify({ id: error.id, error: error.message })
    return JSON.stringify({ error: `internal error: ${error instanceof Error ? error.message : String(error)}` })
  }
}

function requestAnswer(line: Uint8Array, options: ServeOptions): string {
  const request = readRequest(line)
  if (request.cmd === 'start') return JSON.stringify(introduction(options.version))
  if (request.cmd === 'stop') return '{}'
  const { id, model, body, contentType, mode } = request
  const settings: ValidateJsonOptions = {
    maxErrors: options.maxErrors,
    ...(contentType !== undefined && { contentType }),
    ...(mode !== undefined && { mode }),
  }
  return written(validateJson(model, body, settings), id)
}

/** What a server says of itself. */
function introduction(version: string): object {
  return {
    protocol: PROTOCOL_VERSION,
    implementation: { name: 'model-entity', version, language: 'TypeScript' },
    answers: ['verdict', 'detail', 'value'],
    modes: ['lax', 'strict'],
    models: SCHEMA_NAMES,
  }
}

function written(answer: ValidationResult, id?: RunRequest['id']): string {
  if (answer.ok) return JSON.stringify({ id, ok: true, value: answer.value })
  const { status, detail } = answer
  const count = answer.status === 422 && answer.errorCount !== answer.detail.length ? answer.errorCount : undefined
  return JSON.stringify({ id, ok: false, status, detail, errorCount: count })
}
