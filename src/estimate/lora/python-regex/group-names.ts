import type { Reader } from './reader.js'

/** Reads the name of a group after its `(?P<`. */
export function newName(
  reader: Reader,
  groups: readonly { readonly name: string | undefined }[],
  start: number,
): string {
  const name = reader.until('>', 'name')
  if (!/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u.test(name)) {
    throw reader.problem(`bad character in group name ${JSON.stringify(name)}`, start)
  }
  if (groups.some((group) => group.name === name)) {
    throw reader.problem(`redefinition of group name ${JSON.stringify(name)}`, start)
  }
  return name
}

/** A name that is valid in JavaScript and that no other group can have. */
export function nameOf(group: number, name: string | undefined): string {
  return name !== undefined && /^[A-Za-z_]\w*$/.test(name) ? name : `$${group}`
}
