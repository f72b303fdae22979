import type { RouterLogits } from './forward/index.js'
import {
  NEWER_ROUTER_LOGITS,
  NEWER_TYPES,
  RETURNED_ROUTER_LOGITS,
  ROUTER_LOGITS,
  ROUTER_LOSSES,
} from './generated/newer-types.js'

/** Whether transformers 5 has a type of model that 4.57 has not, so that it is described as 5 writes it. */
export const isOnlyInTransformers5 = (modelType: string): boolean => newer.has(modelType)

/** What the described class of a type does with the logits of its routers, or that only that of version 5 reads `output_router_logits`. */
export function routerLogitsOf(modelType: string): RouterLogits | 'transformers 5' | undefined {
  if (readIn5.has(modelType)) return 'transformers 5'
  if (!read.has(modelType)) return undefined
  const loss = newer.has(modelType) ? 'layerByLayer' : 'joined'
  return { from: returned.has(modelType) ? 'layers' : 'routers', loss: losses.has(modelType) ? loss : 'none' }
}

const setOf = (types: string): ReadonlySet<string> => new Set(types.split(' '))

const newer = setOf(NEWER_TYPES)
const read = setOf(ROUTER_LOGITS)
const losses = setOf(ROUTER_LOSSES)
const returned = setOf(RETURNED_ROUTER_LOGITS)
const readIn5 = setOf(NEWER_ROUTER_LOGITS)
