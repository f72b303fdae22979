import { isSchemaName, type SchemaName } from '../../../src/schemas/index.js'
import { readRecords } from '../../oracle/records.js'

/** Every recorded body for a definition that `JSON.parse` reads, parsed. */
export function bodiesFor(name: SchemaName): readonly unknown[] {
  return BODIES.get(name) ?? []
}

const BODIES = new Map<SchemaName, unknown[]>()

for (const { model, body } of ['vectors', 'generated'].flatMap(readRecords)) {
  const name = model === 'CreateModel' ? 'CreateModelEntityRequest' : model
  if (!isSchemaName(name) || body === undefined) continue
  try {
    const bodies = BODIES.get(name) ?? []
    bodies.push(JSON.parse(body))
    BODIES.set(name, bodies)
  } catch {
    // Some bodies are recorded because they are no JSON.
  }
}
