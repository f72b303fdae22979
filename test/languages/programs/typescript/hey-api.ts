import type { ModelEntity } from './generated/types.gen.js'
import { zModelEntity } from './generated/zod.gen.js'
import { roundTrip } from './lines.js'

// The type is the JSON's; what zod makes of an int64 is a bigint.
const count = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)

await roundTrip((text) => {
  const entity: ModelEntity = JSON.parse(text)
  return JSON.stringify(zModelEntity.parse(entity), count)
})
