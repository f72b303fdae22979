/** A refusal: the status, and what stands in the body as `detail`. Routes throw it, and the error handler answers with it. */
export class HttpError extends Error {
  readonly status: number
  readonly detail: unknown

  constructor(status: number, detail: unknown) {
    super(typeof detail === 'string' ? detail : `refused with ${status}`)
    this.status = status
    this.detail = detail
  }
}
