import { familyOf } from '../architecture/families/index.js'

/** Whether the forward pass of a family is described. */
export function isForwardPassDescribed(family: string): boolean {
  return familyOf(family)?.forward !== undefined
}
