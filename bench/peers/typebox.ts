import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Peer } from './peer.js'

/** TypeBox 1's compiler, with the formats that it brings, on the definitions as they are. */
export function typebox(definition: TSchema): Peer {
  const compiled = Compile(definition)
  return {
    name: 'TypeBox 1 compiler',
    is: (value) => compiled.Check(value),
    errors: (value) => compiled.Errors(value),
  }
}
