/**
 * Whether a model may exist after an answer that was not understood: after a success, and after a failure of the server or of a proxy in
 * front of it, which may have come too late. 503 says that nothing was done.
 */
export function mayHaveCreated(httpStatus: number): boolean {
  return (httpStatus >= 200 && httpStatus < 300) || (httpStatus >= 500 && httpStatus !== 503)
}
