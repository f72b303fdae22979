import { decodeBody } from '../json/index.js'
import { isJsonContentType } from '../validation/content-type.js'
import type { Answer } from './attempt.js'
import { excerpt } from './excerpt.js'
import { mayHaveCreated } from './may-have-created.js'
import { readDetail } from './read-detail.js'
import { readEntity } from './read-entity.js'
import type { AnswerProblem, CreateModelResult, OtherAnswer } from './result.js'
import { retryAfterMs } from './retry-after.js'
import type { Settings } from './settings.js'

/** What an answer to `createModel` says. */
export function readAnswer(answer: Answer, attempts: number, settings: Settings): CreateModelResult {
  const { httpStatus, isRedirect, isWhole, contentType, bytes } = answer
  const other = (problem: AnswerProblem, more: Partial<OtherAnswer> = {}) =>
    otherAnswer(answer, attempts, problem, more)
  if (isRedirect) return other('redirect')
  if (!isWhole) return other('too-large')
  const isExpected = httpStatus === 201 || REFUSALS.has(httpStatus)
  // A body without a type is tried as JSON: a browser hides no type, but some proxies drop it.
  if (contentType !== null && !isJsonContentType(contentType)) {
    return other(isExpected ? 'wrong-content-type' : 'unexpected-status')
  }
  const text = decodeBody(bytes)
  if (httpStatus === 201) {
    const read = readEntity(text, settings)
    return 'entity' in read ? { ok: true, status: 201, entity: read.entity, attempts } : other(read.problem, read)
  }
  const read = readDetail(text)
  if (!isExpected) return other('unexpected-status', typeof read === 'string' ? {} : read)
  if (typeof read === 'string') return other(read)
  const { detail } = read
  const common = { ok: false, source: 'service', attempts } as const
  if (httpStatus === 422) return { ...common, status: 422, detail }
  if (!isRefusal(httpStatus) || typeof detail !== 'string') return other('unexpected-shape', read)
  return { ...common, status: httpStatus, detail }
}

/** The refusals that have a type, with the shape of their body. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 409, 422])

function isRefusal(status: number): status is 400 | 403 | 409 {
  return status === 400 || status === 403 || status === 409
}

function otherAnswer(
  answer: Answer,
  attempts: number,
  problem: AnswerProblem,
  { detail, errors }: Partial<OtherAnswer>,
): OtherAnswer {
  const { httpStatus, bytes, retryAfter, date, sentHeaders } = answer
  const wait = retryAfterMs(retryAfter, date, Date.now())
  const shown = typeof detail === 'string' ? excerpt(detail, sentHeaders) : detail
  return {
    ok: false,
    status: 'other',
    httpStatus,
    problem,
    message: `the service answered ${httpStatus}${PROBLEMS[problem]}${HINTS[httpStatus] ?? ''}`,
    ...(shown !== undefined && { detail: shown }),
    ...(errors !== undefined && { errors }),
    body: excerpt(new TextDecoder().decode(bytes.subarray(0, MAX_EXCERPT_BYTES)), sentHeaders),
    ...(wait !== undefined && { retryAfterMs: wait }),
    mayExist: mayHaveCreated(httpStatus),
    attempts,
  }
}

/** More than an excerpt ever shows. */
const MAX_EXCERPT_BYTES = 2 ** 16

const PROBLEMS: Readonly<Record<AnswerProblem, string>> = {
  'unexpected-status': '',
  redirect: ', a redirect, which is not followed: check `baseUrl`',
  'wrong-content-type': ' with another content type than JSON',
  'invalid-json': ' with a body that is not JSON',
  'unexpected-shape': ' with JSON of another shape than the API describes',
  'too-large': ' with a body of more than `maxAnswerBytes`',
}

const HINTS: Readonly<Record<number, string>> = {
  401: ': check the credentials in `headers`',
  404: ': check `baseUrl`',
}
