import type { ModelEntity } from './generated/model/index.js'
import { CreateModelApisModelsV2WorkspacesWorkspaceModelsPostResponse as Entity } from './generated/zod.js'
import { roundTrip } from './lines.js'

await roundTrip((text) => {
  const entity: ModelEntity = JSON.parse(text)
  return JSON.stringify(Entity.parse(entity))
})
