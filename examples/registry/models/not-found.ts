import { HttpError } from '../http/http-error.js'

/** No model of this name. */
export function modelNotFound(workspace: string, name: string): HttpError {
  return new HttpError(404, `Model with workspace '${workspace}' and name '${name}' not found`)
}
