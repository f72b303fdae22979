import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  ADAPTER_PATH,
  ADAPTERS_PATH,
  LIVE_PATH,
  MODEL_PATH,
  MODELS_PATH,
  OPENAPI_PATH,
  READY_PATH,
} from '../routes/paths.js'

/** The methods of each path. */
const METHODS: readonly (readonly [path: string, methods: string])[] = [
  [MODELS_PATH, 'GET, POST'],
  [MODEL_PATH, 'DELETE, GET, PATCH'],
  [ADAPTERS_PATH, 'POST'],
  [ADAPTER_PATH, 'DELETE, PATCH'],
  [LIVE_PATH, 'GET'],
  [READY_PATH, 'GET'],
  [OPENAPI_PATH, 'GET'],
]

const PATTERNS = METHODS.map(([path, methods]) => [new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`), methods] as const)

function methodsOf(path: string): string | undefined {
  return PATTERNS.find(([pattern]) => pattern.test(path))?.[1]
}

/** Answers what no route takes: a method that a path does not have, a path with a slash too many, or no path at all. */
export function unroutable(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = '', query] = request.url.split('?', 2)
  const methods = methodsOf(path)
  if (methods !== undefined) return reply.code(405).header('allow', methods).send({ detail: 'Method Not Allowed' })
  const shorter = withoutSlashesAtEnd(path)
  if (shorter !== path && methodsOf(shorter) !== undefined) {
    const location = query === undefined ? shorter : `${shorter}?${query}`
    return reply.code(307).header('location', location).send()
  }
  return reply.code(404).send({ detail: 'Not Found' })
}

function withoutSlashesAtEnd(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end -= 1
  return path.slice(0, end)
}
