import type { RefusingAnswer } from './check-body.js'

/** An answer as a web `Response`. */
export function webResponse({ status, headers, body }: RefusingAnswer): Response {
  return new Response(body, { status, headers })
}
