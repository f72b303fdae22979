import { Convert } from './generated/models.js'
import { roundTrip } from './lines.js'

await roundTrip((text) => Convert.modelEntityToJson(Convert.toModelEntity(text)).replaceAll('\n', ''))
