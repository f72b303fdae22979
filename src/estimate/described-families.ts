import { familyOf } from '../architecture/families/index.js'

/** Whether a family has a forward-pass model. */
export function isForwardPassDescribed(family: string): boolean {
  const found = familyOf(family)
  return found?.forward !== undefined || found?.program !== undefined
}
