import { ModelEntity } from '../../src/schemas/index.js'
import { ModelEntity as ModelEntity1 } from '../../src/schemas/typebox-1/index.js'
import { ajvTuned, ajvWithFormats } from './ajv.js'
import { arktype } from './arktype.js'
import { definitionOf } from './definition.js'
import type { Peer } from './peer.js'
import { typebox } from './typebox.js'
import { typeboxCompiler } from './typebox-compiler.js'
import { valibot } from './valibot.js'
import { zod } from './zod.js'

/** Every library under test, ready to validate a `ModelEntity`. */
export function peers(): Peer[] {
  const definition = definitionOf('ModelEntity')
  const made = [ajvTuned, ajvWithFormats, zod, valibot, arktype].map((make) => make(definition))
  return [...made, typeboxCompiler(ModelEntity), typebox(ModelEntity1)]
}
