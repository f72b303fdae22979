import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
import { MODEL_REFERENCE_FORMAT } from '../../src/schemas/index.js'
import { isModelReference } from './formats.js'
import type { Peer } from './peer.js'

/** TypeBox 1's compiler, with the formats that it brings, on the definitions as they are. */
export function typebox(definition: TSchema): Peer {
  Format.Set(MODEL_REFERENCE_FORMAT, isModelReference)
  const compiled = Compile(definition)
  return {
    name: 'TypeBox 1 compiler',
    is: (value) => compiled.Check(value),
    errors: (value) => compiled.Errors(value),
  }
}
