/** NestJS on Express: a parameter decorator that validates the body as the service does, a filter for its answers, and a pipe. */

import type { ServerResponse } from 'node:http'
import {
  type ArgumentsHost,
  Catch,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  HttpException,
  type PipeTransform,
} from '@nestjs/common'
import { checkOptions } from '../options/index.js'
import { type Model, type ModelValue, type ValidateOptions, validate } from '../validation/index.js'
import { VALIDATE_OPTIONS } from '../validation/options.js'
import type { RefusingAnswer } from './check-body.js'
import { compiledModel } from './model.js'
import { checkNodeRequest, type NodeRequest } from './node-body.js'
import { REQUEST_OPTIONS, type RequestOptions } from './request-options.js'

/** A refused body. Nest answers with its status and body; {@link RefusedBodyFilter} with the very bytes and headers of the service. */
export class RefusedBody extends HttpException {
  /** The service's answer. */
  readonly answer: RefusingAnswer

  constructor(answer: RefusingAnswer) {
    super({ detail: answer.detail }, answer.status)
    this.answer = answer
  }
}

/**
 * A parameter decorator: the value of a valid body, with its defaults. For any other body it throws {@link RefusedBody}. It reads the
 * request itself, so create the app with `bodyParser: false`, and with {@link RefusedBodyFilter} for answers that equal the service's
 * to the byte. Nest's `ValidationPipe` does not touch it.
 *
 * @throws TypeError for an unknown model name, an unsupported definition, or an unknown or wrong option
 * @throws RangeError for a number option out of range
 * @example
 * const app = await NestFactory.create(AppModule, { bodyParser: false })
 * app.useGlobalFilters(new RefusedBodyFilter())
 *
 * create(@ValidBody('CreateModelEntityRequest') request: ModelValue<'CreateModelEntityRequest'>) {}
 */
export function ValidBody<M extends Model>(model: M, options: RequestOptions<M, NodeRequest> = {}): ParameterDecorator {
  checkOptions(options, REQUEST_OPTIONS)
  compiledModel(model, 'ValidBody')
  return createParamDecorator(async (_: unknown, context: ExecutionContext) => {
    const request = context.switchToHttp().getRequest<NodeRequest>()
    const checked = await checkNodeRequest(model, request, request, options, request)
    if (!checked.ok) throw new RefusedBody(checked.answer)
    return checked.value
  })()
}

/**
 * Answers a {@link RefusedBody} with the status, headers and body of the service. Nest's own answer has the same status and JSON, but adds
 * a charset to the content type.
 */
export class RefusedBodyFilter implements ExceptionFilter<RefusedBody> {
  catch({ answer }: RefusedBody, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<ServerResponse>().writeHead(answer.status, answer.headers).end(answer.body)
  }
}
Catch(RefusedBody)(RefusedBodyFilter)

/**
 * A pipe for a value that Nest has parsed, as in `@Body(new ValidBodyPipe('Lora'))`: it converts and fills in defaults as the service does, and
 * throws an exception with the service's status and body. It cannot see what parsing loses; {@link ValidBody} can.
 */
export class ValidBodyPipe<M extends Model> implements PipeTransform<unknown, ModelValue<M>> {
  readonly #model: M
  readonly #options: ValidateOptions

  /** @throws TypeError for an unknown model name, an unsupported definition, or an unknown or wrong option */
  constructor(model: M, options: ValidateOptions = {}) {
    checkOptions(options, VALIDATE_OPTIONS)
    compiledModel(model, 'ValidBodyPipe')
    this.#model = model
    this.#options = options
  }

  /** The valid value of a parsed body. */
  transform(value: unknown): ModelValue<M> {
    const result = validate(this.#model, value, this.#options)
    if (!result.ok) throw new HttpException({ detail: result.detail }, result.status)
    return result.value
  }
}
